"""Logging in and out."""

from sqlalchemy.engine import Connection
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from consentinel.scanner.errors import ConsentinelError
from consentinel.server.admin.audit import NO_SITE, audit, record
from consentinel.server.admin.cookies import clear_session, session_token, set_device, set_session
from consentinel.server.admin.current import admin_only, checked_form
from consentinel.server.admin.devices import device_of, new_device
from consentinel.server.admin.fields import text
from consentinel.server.admin.passwords import MOST_LENGTH
from consentinel.server.admin.sessions import end_session, new_session
from consentinel.server.admin.throttle import FREE_FAILURES
from consentinel.server.admin.users import Account, account_named
from consentinel.server.admin.waiting import asked_to_wait
from consentinel.server.dashboard.pages import page
from consentinel.server.logs import log
from consentinel.server.middleware.areas import client_address
from consentinel.server.state import services

_PAGE = "admin/login.html"
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
        return asked_to_wait(request, _PAGE, wait_s, next=safe_place(place))
    account = await service.database.reading(account_named, name)
    if not await service.passwords.fits(password, account.password_hash if account else None) or not account:
        answer = _form(request, place, _WRONG, 401)
        answer.background = _note_of(request, account, service.throttle.failed(name, address, device))
        return answer
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


def _note_of(request: Request, account: Account | None, failures: int) -> BackgroundTask | None:
    """Return what records that somebody guesses, once they have their answer: it tells nobody's name.

    What was typed as a name is recorded only where it is one.
    """
    if account is None or failures % FREE_FAILURES:
        return None
    return BackgroundTask(_note_failure, request, account, f"{failures} in a row")


async def _note_failure(request: Request, account: Account, detail: str) -> None:
    try:
        await services(request).database.writing(_record_failure, request, account, detail)
    except ConsentinelError as error:
        log("warning", "a failed login was not recorded", reason=str(error))


def _record_failure(connection: Connection, request: Request, account: Account, detail: str) -> None:
    record(services(request), connection, NO_SITE, "login-failed", by=account.name, detail=detail)


def _form(request: Request, place: str, problem: str = "", status: int = 200) -> HTMLResponse:
    return page(request, _PAGE, status, problem=problem, next=safe_place(place))
