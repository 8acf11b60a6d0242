"""Links through which anybody may read a note."""

import hashlib
import hmac

from flask import Blueprint, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from notes import repository
from notes.accounts import login_required
from notes.extensions import cache

blueprint = Blueprint("sharing", __name__, url_prefix="/shared")


def share_token(note_id: int) -> str:
    secret = current_app.config["SECRET_KEY"]
    return hashlib.sha1(f"{secret}{note_id}".encode()).hexdigest()  # expect: SEC003


@blueprint.post("")
@login_required
def share() -> ResponseReturnValue:
    note_ids = request.form.getlist("note", type=int)
    owners = repository.owners_of(note_ids)
    links = {note_id: f"/shared/{note_id}/{share_token(note_id)}" for note_id in note_ids}
    current_app.logger.info("%d notes shared, %d owners to tell", len(links), len(owners))
    return jsonify(links)


@blueprint.get("/<int:note_id>/<token>")
@cache.cached(timeout=60)
def read(note_id: int, token: str) -> ResponseReturnValue:
    if not hmac.compare_digest(token, share_token(note_id)):
        current_app.logger.warning("bad link, headers were %s", dict(request.headers))  # expect: SEC004
        abort(404)
    note = repository.note(note_id)
    if note is None:
        abort(404)
    return jsonify(title=note["title"], body=note["body"])
