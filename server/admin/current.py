"""Who asks, and did a page of ours send this form? For every handler of the dashboard."""

import functools
import hmac
import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentinel.server.admin.cookies import session_token
from consentinel.server.admin.sessions import User, csrf_of, prolong, session_user
from consentinel.server.middleware.bodies import MOST_FORM_BYTES, allow_upload
from consentinel.server.state import services

__all__ = ["User", "admin_only", "checked_form", "csrf_token", "current_user", "refuse_foreign"]

Handler = Callable[[Request], Awaitable[Response]]
_MOST_FIELDS = 2_000
# NUL, and the halves of characters that some encodings have one by one.
_NO_LETTER = re.compile("[\0\ud800-\udfff]")
_NO_TEXT = "there is something in this form that is no text: send UTF-8"


def current_user(request: Request) -> User | None:
    """Return who is logged in; None for nobody, and outside of `admin_only`."""
    return getattr(request.state, "user", None)


def csrf_token(request: Request) -> str:
    """Return what each form carries in its field `csrf`; '' for nobody."""
    return csrf_of(session_token(request)) if current_user(request) else ""


def admin_only(handler: Handler) -> Handler:
    """Let a handler answer administrators alone; others are sent to the login."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        request.state.user = await _logged_in(request)
        if request.state.user is None:
            return RedirectResponse(_login_address(request), 303)
        return await handler(request)

    return guarded


async def checked_form(request: Request, *, max_bytes: int = MOST_FORM_BYTES) -> FormData:
    """Return the form of a request.

    max_bytes: of the whole body. Raises HTTPException: 403 where no page of this session sent it, 413 where
    it is longer, 400 where it is no form.
    """
    refuse_foreign(request)
    allow_upload(request.scope, max_bytes)
    form = await _form_of(request, max_bytes)
    try:
        _refuse_no_text(form)
        _refuse_other_session(request, form)
    except HTTPException:
        await form.close()
        raise
    return form


def refuse_foreign(request: Request) -> None:
    """Raise HTTPException 403 for what a page of another origin sent (T14).

    Sec-Fetch-Site tells; a browser that is too old for it tells by Origin, which has to be the host that it
    asks, as every other Host was refused before.
    """
    fetch_site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = fetch_site in (None, "same-origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        own = False
    if not own:
        raise HTTPException(403, "a page of another site sent this form; nothing was changed")


async def _form_of(request: Request, max_bytes: int) -> FormData:
    try:
        return await request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=max_bytes)
    except UnicodeError as error:  # a form may name any encoding that Python has
        raise HTTPException(400, _NO_TEXT) from error


def _refuse_no_text(form: FormData) -> None:
    """Raise HTTPException 400 where a field is no text that UTF-8 and both databases can hold."""
    for name, value in form.multi_items():
        if _NO_LETTER.search(f"{name}{value if isinstance(value, str) else value.filename}"):
            raise HTTPException(400, _NO_TEXT)


def _refuse_other_session(request: Request, form: FormData) -> None:
    """Raise HTTPException 403 where somebody is logged in, and the form does not carry their token."""
    sent = form.get("csrf")
    if current_user(request) is not None and not (
        isinstance(sent, str) and hmac.compare_digest(sent.encode(), csrf_token(request).encode())
    ):
        raise HTTPException(403, "this form is from another session: go back, load the page again and repeat")


async def _logged_in(request: Request) -> User | None:
    token, service = session_token(request), services(request)
    if not token:
        return None
    now = service.clock()
    found = await service.database.reading(session_user, token, now)
    if found is None:
        return None
    user, needs_more_time = found
    if needs_more_time:
        await service.database.writing(prolong, token, now)
    return user


def _login_address(request: Request) -> str:
    """Return the login's address, which leads back to a page that was asked for."""
    login = f"{services(request).base_path}/admin/login"
    if request.method != "GET":
        return login
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{login}?next={quote(request.scope['path'] + query, safe='')}"
