"""What goes over the wire."""

from uuid import UUID

from pydantic import BaseModel, EmailStr, Field


class Credentials(BaseModel):
    email: EmailStr
    password: str = Field(max_length=200)


class PasswordChange(BaseModel):
    current_password: str = Field(max_length=200)
    new_password: str = Field(max_length=200)


class ResetRequest(BaseModel):
    email: EmailStr


class PasswordReset(BaseModel):
    link: str
    new_password: str = Field(max_length=200)


class AccountOut(BaseModel):
    id: UUID
    email: EmailStr


class TokenOut(BaseModel):
    access_token: str
    token_type: str = "bearer"
