"""How errors become answers."""

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse

from storefront.platform.locks import AlreadyLocked


class NotFound(Exception):
    """What was asked for does not exist."""


class Conflict(Exception):
    """The request contradicts the present state."""


class Unavailable(Exception):
    """Something that the shop depends on does not answer."""


def _answer(code: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=code)


def install_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(NotFound)
    async def not_found(request: Request, error: NotFound) -> JSONResponse:
        return _answer(status.HTTP_404_NOT_FOUND, "not found")

    @app.exception_handler(Conflict)
    @app.exception_handler(AlreadyLocked)
    async def conflict(request: Request, error: Exception) -> JSONResponse:
        return _answer(status.HTTP_409_CONFLICT, "conflict")

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> JSONResponse:
        return _answer(status.HTTP_503_SERVICE_UNAVAILABLE, "try again later")
