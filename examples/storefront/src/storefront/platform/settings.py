"""What the environment says, read once."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    redis_url: str
    jwt_secret: str
    reset_link_secret: str
    password_salt: str
    payments_url: str
    payments_key: str
    smtp_host: str


@lru_cache
def get_settings() -> Settings:
    return Settings()
