"""An error as an answer: problem details (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What an error says. title: the status in words. detail: what is wrong, and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer for an error; `detail` is for everybody to read."""
    details = ProblemDetails(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(msgspec.json.encode(details), status, headers, MEDIA_TYPE)
