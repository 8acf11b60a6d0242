"""Entry point of the web server."""

from notes import create_app

app = create_app()
