"""The page for somebody who has to wait before the next attempt."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from consentinel.scanner.plural import plural
from consentinel.server.dashboard.pages import page


def asked_to_wait(request: Request, template: str, wait_s: int, **facts: object) -> HTMLResponse:
    """Return the page of a form with how long to wait, for people in words, for programs in Retry-After."""
    problem = f"Too many attempts. Try again in {_spoken(wait_s)}."
    answer = page(request, template, 429, problem=problem, **facts)
    answer.headers["Retry-After"] = str(wait_s)
    return answer


def _spoken(seconds: int) -> str:
    return plural(seconds, "second") if seconds < 120 else plural(-(-seconds // 60), "minute")
