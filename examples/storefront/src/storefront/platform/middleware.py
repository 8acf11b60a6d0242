"""Every request leaves one line in the log."""

import logging
import time

from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

logger = logging.getLogger(__name__)


class RequestLog(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        started = time.perf_counter()
        response = await call_next(request)
        milliseconds = round((time.perf_counter() - started) * 1000)
        logger.info("%s %s %d (%d ms)", request.method, request.url.path, response.status_code, milliseconds)
        if response.status_code in (401, 403):
            header = request.headers.get("Authorization", "")
            logger.warning("refused %s: %s", request.url.path, header)  # expect: SEC004
        return response
