"""Runs the migrations against the database that DATABASE_URL names."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import storefront.accounts.infrastructure.tables
import storefront.catalog.infrastructure.tables
import storefront.ops.tables
import storefront.orders.infrastructure.tables  # noqa: F401
from storefront.platform.database import Base
from storefront.platform.settings import get_settings


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine(get_settings().database_url, connect_args={"timeout": 10})
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
