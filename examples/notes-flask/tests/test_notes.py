import pytest

from notes import create_app
from notes.config import Config
from notes.database import get_db


class TestConfig(Config):
    SECRET_KEY = "test"
    CACHE_TYPE = "SimpleCache"


@pytest.fixture
def app(tmp_path):
    TestConfig.DATABASE = str(tmp_path / "notes.db")
    app = create_app(TestConfig)
    app.test_cli_runner().invoke(args=["init-db"])
    return app


@pytest.fixture
def client(app):
    client = app.test_client()
    client.post("/accounts/register", data={"email": "ann@example.com", "password": "correct horse"})
    client.post("/accounts/login", data={"email": "ann@example.com", "password": "correct horse"})
    return client


def test_a_note_is_stored_with_its_tags(app, client):
    assert (
        client.post("/notes", data={"title": "Tea", "body": "Green", "tag": ["kitchen", "list"]}).status_code
        == 201
    )
    with app.app_context():
        rows = get_db().execute("SELECT * FROM tags ORDER BY name").fetchall()
    assert [row["name"] for row in rows] == ["kitchen", "list"]


def test_the_index_lists_them(client):
    client.post("/notes", data={"title": "Tea", "body": "Green", "tag": "kitchen"})
    assert client.get("/notes").json == [{"id": 1, "title": "Tea", "tags": ["kitchen"]}]
