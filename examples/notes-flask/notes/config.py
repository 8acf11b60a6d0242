"""Settings, from the environment."""

import os


class Config:
    SECRET_KEY = os.environ.get("NOTES_SECRET_KEY")
    DATABASE = os.environ.get("NOTES_DATABASE", "/var/lib/notes/notes.db")
    REDIS_URL = os.environ.get("NOTES_REDIS_URL")
    CACHE_TYPE = "RedisCache"
    CACHE_REDIS_URL = REDIS_URL
    CACHE_KEY_PREFIX = "notes:"
    CACHE_DEFAULT_TIMEOUT = 300
