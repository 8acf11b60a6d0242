"""Answers that the browser already has are not sent again."""

import hashlib

from fastapi import Request, Response
from pydantic import BaseModel


def etag_of(body: BaseModel) -> str:
    digest = hashlib.md5(body.model_dump_json().encode(), usedforsecurity=False).hexdigest()
    return f'"{digest}"'


def not_modified(request: Request, response: Response, body: BaseModel) -> bool:
    """Sets the ETag; true where the client's copy is still good."""
    etag = etag_of(body)
    response.headers["ETag"] = etag
    return request.headers.get("If-None-Match") == etag
