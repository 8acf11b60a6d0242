"""One SQLite connection a request."""

import sqlite3

import click
from flask import Flask, current_app, g
from flask.cli import with_appcontext


def get_db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"], timeout=5)
        g.db.row_factory = sqlite3.Row
    return g.db


def close_db(error: BaseException | None = None) -> None:
    db = g.pop("db", None)
    if db is not None:
        db.close()


@click.command("init-db")
@with_appcontext
def init_db() -> None:
    """Creates the tables where they are missing."""
    db = get_db()
    tables = db.execute("SELECT * FROM sqlite_master WHERE type = 'table'").fetchall()
    if tables:
        click.echo(f"{len(tables)} tables are there")
        return
    with current_app.open_resource("schema.sql", "r") as schema:
        db.executescript(schema.read())


def init_app(app: Flask) -> None:
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db)
