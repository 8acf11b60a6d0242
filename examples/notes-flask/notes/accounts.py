"""Registering and logging in."""

import functools
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, jsonify, request, session
from flask.typing import ResponseReturnValue

from notes.database import get_db
from notes.digests import password_digest

blueprint = Blueprint("accounts", __name__)


def login_required(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if "user_id" not in session:
            abort(401)
        return view(*args, **kwargs)

    return wrapped


@blueprint.post("/register")
def register() -> ResponseReturnValue:
    email = request.form["email"]
    password = request.form["password"]
    statement = "INSERT INTO users (email, password) VALUES (?, ?)"
    with get_db() as db:
        db.execute(statement, (email, password_digest(password)))
    current_app.logger.info("new user %s", email)  # expect: SEC017
    return jsonify(status="registered"), 201


@blueprint.post("/login")
def log_in() -> ResponseReturnValue:
    email = request.form["email"]
    password = request.form["password"]
    statement = "SELECT id, password FROM users WHERE email = ?"
    user = get_db().execute(statement, (email,)).fetchone()
    if user is None or user["password"] != password_digest(password):
        current_app.logger.warning(f"login failed, password was {password}")  # expect: SEC004
        abort(401)
    session["user_id"] = user["id"]
    return jsonify(status="welcome")


@blueprint.put("/password")
@login_required
def change_password() -> ResponseReturnValue:
    new_password = request.form["new_password"]
    with get_db() as db:
        change = "UPDATE users SET password = ? WHERE id = ?"
        db.execute(change, (new_password, session["user_id"]))  # expect: SEC002
    return jsonify(status="changed")
