"""Changing one's own password."""

from collections.abc import Collection

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from consentinel.server.admin.audit import audit
from consentinel.server.admin.current import User, admin_only, checked_form, current_user
from consentinel.server.admin.devices import device_of
from consentinel.server.admin.fields import text
from consentinel.server.admin.login import logged_in
from consentinel.server.admin.passwords import complaint
from consentinel.server.admin.sessions import end_sessions
from consentinel.server.admin.users import Account, account, set_password
from consentinel.server.admin.waiting import asked_to_wait
from consentinel.server.dashboard.pages import page
from consentinel.server.middleware.areas import client_address
from consentinel.server.state import services

_PAGE = "admin/password.html"


@admin_only
async def change_form(request: Request) -> Response:
    """Ask for the old password and a new one."""
    return _form(request)


@admin_only
async def change(request: Request) -> Response:
    """Change the password; all sessions of this administrator end but a new one."""
    form = await checked_form(request)
    user, service, address = _user(request), services(request), client_address(request.scope)
    device = device_of(request, user.name)
    if wait_s := service.throttle.wait_s(user.name, address, device):
        return asked_to_wait(request, _PAGE, wait_s, wrong=())
    found = await service.database.reading(account, user.id)
    if found is None or not await service.passwords.fits(text(form, "old"), found.password_hash):
        service.throttle.failed(user.name, address, device)
        return _form(request, "The old password is wrong.", 422, ("old",))
    password = text(form, "password")
    wrong = complaint(user.name, password, text(form, "again"))
    if wrong:
        return _form(request, wrong.text, 422, wrong.fields)
    service.throttle.succeeded(user.name, address, device)
    await service.database.writing(_change, request, found, await service.passwords.hash(password))
    return await logged_in(request, found)


def _change(connection: Connection, request: Request, found: Account, password_hash: str) -> None:
    set_password(connection, found.id, password_hash)
    end_sessions(connection, found.id)
    audit(request, connection, "", "password-changed")


def _user(request: Request) -> User:
    user = current_user(request)
    if user is None:
        raise HTTPException(403, "log in first")
    return user


def _form(
    request: Request, problem: str = "", status: int = 200, wrong: Collection[str] = ()
) -> HTMLResponse:
    return page(request, _PAGE, status, problem=problem, wrong=wrong)
