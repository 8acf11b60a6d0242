"""The notes of the user who is logged in."""

from flask import Blueprint, abort, jsonify, make_response, request, session
from flask.typing import ResponseReturnValue

from notes import repository
from notes.accounts import login_required
from notes.digests import content_digest
from notes.extensions import cache, get_redis

blueprint = Blueprint("pages", __name__)

PAGE = 50
SEEN_SECONDS = 3600


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    page = []
    for note in repository.notes_of(session["user_id"], PAGE):
        tags = repository.tags_of(note["id"])  # expect: PRF001
        page.append({"id": note["id"], "title": note["title"], "tags": tags})
    return jsonify(page)


@blueprint.get("/export")
@login_required
def export() -> ResponseReturnValue:
    notes = repository.notes_of(session["user_id"], PAGE)
    tags = repository.tags_by_note([note["id"] for note in notes])
    return jsonify([{"title": note["title"], "tags": tags.get(note["id"], [])} for note in notes])


@blueprint.post("")
@login_required
def add() -> ResponseReturnValue:
    if not request.form.get("title"):
        return jsonify(error="Select a title from the list or write one"), 422
    title, body = request.form["title"], request.form["body"]
    note_id = repository.add_note(session["user_id"], title, body, request.form.getlist("tag"))
    cache.delete(f"count:{session['user_id']}")
    return jsonify(id=note_id), 201


@blueprint.get("/<int:note_id>")
@login_required
def show(note_id: int) -> ResponseReturnValue:
    note = repository.note(note_id)
    if note is None or note["owner_id"] != session["user_id"]:
        abort(404)
    response = make_response(jsonify(title=note["title"], body=note["body"]))
    response.set_etag(content_digest(note["body"]))
    return response.make_conditional(request)


@blueprint.get("/count")
@login_required
def count() -> ResponseReturnValue:
    key = f"count:{session['user_id']}"
    number = cache.get(key)
    if number is None:
        number = repository.count_of(session["user_id"])
        cache.set(key, number)
    return jsonify(count=number)


@blueprint.get("/<int:note_id>/preview")
@login_required
def preview(note_id: int) -> ResponseReturnValue:
    key = f"notes:preview:{note_id}"
    text = get_redis().get(key)
    if text is None:
        note = repository.note(note_id)
        if note is None:
            abort(404)
        text = note["body"][:280]
        get_redis().set(key, text)  # expect: CCH001
    get_redis().setex(f"notes:seen:{session['user_id']}", SEEN_SECONDS, note_id)
    return jsonify(preview=text)
