"""What all blueprints share."""

from flask import current_app, g
from flask_caching import Cache
from redis import Redis

cache = Cache()


def get_redis() -> Redis:
    if "redis" not in g:
        g.redis = Redis.from_url(current_app.config["REDIS_URL"], decode_responses=True, socket_timeout=2)
    return g.redis
