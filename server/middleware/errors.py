"""What is raised becomes an answer that says what is wrong and nothing else (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from consentinel.server.dashboard.pages import page
from consentinel.server.errors import LedgerError, StorageError, Unavailable
from consentinel.server.logs import log
from consentinel.server.middleware.areas import is_admin
from consentinel.server.problem import problem

# Until somebody has looked what is wrong.
_LONG_S = 30
_ROUTERS = {
    404: "there is nothing at this address",
    405: "this address does not take this method: see the field Allow",
}


async def http_error(request: Request, error: Exception) -> Response:
    """Answer what a handler or the router refuses; people get a page."""
    if not isinstance(error, HTTPException):
        raise error
    detail = _ROUTERS.get(error.status_code, error.detail) if _is_routers(error) else error.detail
    return _answer(request, error.status_code, detail, error.headers or {})


def _is_routers(error: HTTPException) -> bool:
    """Say whether the error has no words of its own."""
    return error.detail == HTTPStatus(error.status_code).phrase


async def unavailable(request: Request, error: Exception) -> Response:
    """Answer while the database cannot be used; people get a page."""
    retry_after_s = error.retry_after_s if isinstance(error, Unavailable) else _LONG_S
    log("warning", "the database cannot be used", reason=str(error))
    detail = "the server cannot store or look up consents now: nothing was stored"
    return _answer(request, 503, detail, {"Retry-After": str(retry_after_s)})


def _answer(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    if not (is_admin(request.scope) and "text/html" in request.headers.get("accept", "")):
        return problem(status, detail, headers)
    answer = page(request, "admin/error.html", status, title=HTTPStatus(status).phrase, detail=detail)
    answer.headers.update(headers)
    return answer


HANDLERS: Mapping[type[Exception], ExceptionHandler] = {
    HTTPException: http_error,
    StorageError: unavailable,
    LedgerError: unavailable,
}
