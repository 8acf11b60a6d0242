"""What the environment says, read once."""

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    database_pool_size: int = 10
    database_max_overflow: int = 5
    redis_url: str
    jwt_secret: SecretStr
    reset_link_secret: SecretStr
    ops_key_sha256: SecretStr
    payments_url: str
    payments_key: SecretStr
    otlp_endpoint: str
    smtp_host: str


@lru_cache
def get_settings() -> Settings:
    return Settings()
