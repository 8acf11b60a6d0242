"""The application."""

from flask import Flask

from notes import accounts, database, pages, sharing
from notes.config import Config
from notes.extensions import cache


def create_app(config: type[Config] = Config) -> Flask:
    app = Flask(__name__)  # expect: OBS001, OBS002
    app.config.from_object(config)
    cache.init_app(app)
    database.init_app(app)
    app.register_blueprint(accounts.blueprint, url_prefix="/accounts")
    app.register_blueprint(pages.blueprint, url_prefix="/notes")
    app.register_blueprint(sharing.blueprint)
    return app
