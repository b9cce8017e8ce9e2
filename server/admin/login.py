"""Logging in and out."""

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consentinel.server.admin.audit import NO_SITE, audit, record
from consentinel.server.admin.cookies import clear_session, session_token, set_device, set_session
from consentinel.server.admin.current import admin_only, checked_form
from consentinel.server.admin.devices import device_of, new_device
from consentinel.server.admin.fields import text
from consentinel.server.admin.passwords import MOST_LENGTH
from consentinel.server.admin.sessions import end_session, new_session
from consentinel.server.admin.throttle import FREE_FAILURES
from consentinel.server.admin.users import Account, account_named
from consentinel.server.dashboard.pages import page
from consentinel.server.middleware.areas import client_address
from consentinel.server.state import services

# One text for a wrong name and a wrong password: nobody learns which names there are.
_WRONG = "The name or the password is wrong."


async def login_form(request: Request) -> Response:
    """Ask for name and password."""
    return _form(request, request.query_params.get("next", ""))


async def login(request: Request) -> Response:
    """Log in, and go to the page that was asked for first."""
    form = await checked_form(request)
    name, password = text(form, "name"), text(form, "password")[: MOST_LENGTH + 1]
    place = text(form, "next")
    service, address = services(request), client_address(request.scope)
    device = device_of(request, name)
    if wait_s := service.throttle.wait_s(name, address, device):
        return _form(request, place, f"Too many attempts. Try again in {_spoken(wait_s)}.", 429, wait_s)
    account = await service.database.reading(account_named, name)
    if not await service.passwords.fits(password, account.password_hash if account else None) or not account:
        await _note_failure(request, account, service.throttle.failed(name, address, device))
        return _form(request, place, _WRONG, 401)
    service.throttle.succeeded(name, address, device)
    return await logged_in(request, account, place)


@admin_only
async def logout(request: Request) -> Response:
    """Log out."""
    await checked_form(request)
    service = services(request)
    await service.database.writing(_end, request, session_token(request))
    answer = RedirectResponse(f"{service.base_path}/admin/login", 303)
    clear_session(answer, service)
    return answer


async def logged_in(request: Request, account: Account, place: str = "") -> Response:
    """Return the answer that logs somebody in; any session that the browser had before ends."""
    service = services(request)
    token = await service.database.writing(_begin, request, account, session_token(request))
    answer = RedirectResponse(service.base_path + safe_place(place), 303)
    set_session(answer, service, token)
    set_device(answer, service, new_device(service.keys, account.name))
    return answer


def safe_place(place: str) -> str:
    """Return a path of the dashboard: a link to the login must not lead to another site."""
    is_ours = place.startswith("/admin/") and "\\" not in place and place.isprintable()
    return place if is_ours else "/admin/"


def _begin(connection: Connection, request: Request, account: Account, old_token: str) -> str:
    service = services(request)
    end_session(connection, old_token)
    record(service, connection, NO_SITE, "login", by=account.name)
    return new_session(connection, account.id, service.clock())


def _end(connection: Connection, request: Request, token: str) -> None:
    end_session(connection, token)
    audit(request, connection, "", "logout")


async def _note_failure(request: Request, account: Account | None, failures: int) -> None:
    """Record that somebody guesses. What was typed as a name is recorded only where it is one."""
    if account is not None and failures % FREE_FAILURES == 0:
        detail = f"{failures} in a row"
        await services(request).database.writing(
            lambda connection: record(
                services(request), connection, NO_SITE, "login-failed", by=account.name, detail=detail
            )
        )


def _form(
    request: Request, place: str, problem: str = "", status: int = 200, wait_s: int = 0
) -> HTMLResponse:
    answer = page(request, "admin/login.html", status, problem=problem, next=safe_place(place))
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
