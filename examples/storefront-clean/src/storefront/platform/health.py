"""Liveness and readiness."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Response, status
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from storefront.platform.database import get_engine
from storefront.platform.redis import get_redis

logger = structlog.get_logger()
router = APIRouter(tags=["health"])

CHECK_SECONDS = 2


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(
    response: Response,
    engine: Annotated[AsyncEngine, Depends(get_engine)],
    redis: Annotated[Redis, Depends(get_redis)],
) -> dict[str, str]:
    checks = {"database": await database_answers(engine), "redis": await redis_answers(redis)}
    if not all(checks.values()):
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return {name: "ok" if answers else "failed" for name, answers in checks.items()}


async def database_answers(engine: AsyncEngine) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        logger.warning("database_not_ready", exc_info=True)
        return False
    return True


async def redis_answers(redis: Redis) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await redis.ping()
    except (RedisError, OSError, TimeoutError):
        logger.warning("redis_not_ready", exc_info=True)
        return False
    return True
