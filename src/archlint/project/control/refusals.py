"""What is given back to say that something is wrong: an answer with a status of the four or five hundreds, an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Mapping, Name, String
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.facts.syntax import Body, Expr

_STATUS = re.compile(
    r"HTTP_[45]\d\d\w*|(\w+_)?(BAD_REQUEST|UNAUTHORIZED|FORBIDDEN|NOT_FOUND|CONFLICT|UNPROCESSABLE_ENTITY|SERVER_ERROR)"
)
"""`status.HTTP_409_CONFLICT`, `HTTPStatus.CONFLICT`."""
_MADE = re.compile(
    r"\w*(BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Error|Exception|Failure)(Response)?"
    r"|(\w+_)?(error|failure|bad_request|not_found|abort)(_response)?"
)
"""`HttpResponseBadRequest(…)`, `error_response(…)`."""
_KEYS = frozenset({"error", "errors"})


def is_refusal(body: Body, value: Expr | None) -> bool:
    """A status that says so in it, a class or function of that name that is called in it, or an `error` among its keys."""
    for part in parts_of(body, value):
        match part:
            case Constant():
                if type(part.value) is int and 400 <= part.value <= 599:
                    return True
            case Attribute() | Name():
                if _STATUS.fullmatch(last_name(body, part)):
                    return True
            case CallRef():
                if _MADE.fullmatch(last_name(body, body.calls[part.index].callee)):
                    return True
            case Mapping():
                if any(isinstance(key, String) and key.value.lower() in _KEYS for key in part.keys):
                    return True
            case _:
                pass
    return False
