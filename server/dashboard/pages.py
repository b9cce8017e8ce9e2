"""One page from a template: escaped (T9), and with links that work below any path of a proxy."""

from functools import cache
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from consentinel.scanner.plural import plural
from consentinel.scanner.rendering import wording
from consentinel.scanner.rendering.escaping import shorten
from consentinel.scanner.rendering.html import STATE_NAMES, host_below, how_reached
from consentinel.scanner.rendering.templating import environment_of
from consentinel.scanner.verdict import early_states, is_refused
from consentinel.server.admin.current import csrf_token, current_user
from consentinel.server.dashboard import moments
from consentinel.server.static_files import version_of


def page(request: Request, template: str, status_code: int = 200, **facts: Any) -> HTMLResponse:
    """Return a page of the dashboard. Texts in `facts` are escaped, invisible signs written out."""
    user = current_user(request)
    text = (
        environment()
        .get_template(template)
        .render(
            root=root_of(request),
            path=request.url.path,
            user=user,
            csrf=csrf_token(request) if user else "",
            **facts,
        )
    )
    return HTMLResponse(text, status_code)


def not_found(request: Request, what: str) -> HTMLResponse:
    """Return the page that says that there is no such thing."""
    return page(request, "dashboard/not_found.html", 404, what=what)


def seen_again(request: Request, path: str) -> RedirectResponse:
    """Send the browser to a page of ours by GET; `path` is below the server's root, without a slash first."""
    return RedirectResponse(root_of(request) + path, 303)


def root_of(request: Request) -> str:
    """Return the relative address of the server's root, so that a proxy may put a path before it."""
    return "../" * (request.url.path.count("/") - 1) or "./"


@cache
def environment() -> Environment:
    """Return what all templates are rendered with."""
    made = environment_of("consentinel.server")
    made.globals.update(
        asset=version_of,
        attributes_shown=wording.attributes_shown,
        category_name=wording.category_name,
        early_states=early_states,
        host_below=host_below,
        how_reached=how_reached,
        is_refused=is_refused,
        kind_of=wording.kind_of,
        page_count=wording.page_count,
        plural=plural,
        refused=wording.REFUSED,
        shorten=shorten,
        state_names=STATE_NAMES,
        writer_of=wording.writer_of,
    )
    made.globals.update(time=moments.time_element)
    made.filters.update(number=moments.number, day=moments.day)
    return made
