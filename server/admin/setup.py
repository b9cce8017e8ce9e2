"""The page behind the one-time link: it makes an administrator."""

from collections.abc import Collection

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from consentinel.server.admin.audit import NO_SITE, record
from consentinel.server.admin.current import checked_form
from consentinel.server.admin.fields import text
from consentinel.server.admin.login import logged_in
from consentinel.server.admin.passwords import Complaint, complaint
from consentinel.server.admin.setup_links import is_valid, use_link
from consentinel.server.admin.users import MOST_NAME_LENGTH, Account, account_named, new_account
from consentinel.server.dashboard.pages import page
from consentinel.server.state import Services, services

_USED_UP = "This link was used or has run out. Get a new one by consentinel serve --setup-link."
_TAKEN = "There is an administrator of this name: choose another."


async def setup_form(request: Request) -> Response:
    """Ask for a name and a password; 404 for a link that is not valid."""
    service, token = services(request), request.query_params.get("token", "")
    if not await service.database.reading(is_valid, token, service.clock()):
        return _form(request, "", _USED_UP, 404)
    return _form(request, token)


async def setup(request: Request) -> Response:
    """Make the administrator, use the link up, and log in."""
    form = await checked_form(request)
    token, name, password = text(form, "token"), text(form, "name").strip(), text(form, "password")
    service = services(request)
    if not await service.database.reading(is_valid, token, service.clock()):
        return _form(request, "", _USED_UP, 404)
    wrong = _complaint(name, password, text(form, "again"))
    if wrong:
        return _form(request, token, wrong.text, 422, name, wrong.fields)
    password_hash = await service.passwords.hash(password)
    made = await service.database.writing(_make, service, token, name, password_hash)
    if isinstance(made, str):
        return _form(request, token, made, 422, name, ("name",) if made == _TAKEN else ())
    return await logged_in(request, made)


def _make(
    connection: Connection, service: Services, token: str, name: str, password_hash: str
) -> Account | str:
    """Return the new administrator, or what is wrong."""
    now = service.clock()
    if account_named(connection, name) is not None:
        return _TAKEN
    if not use_link(connection, token, now):
        return _USED_UP
    made = new_account(connection, name, password_hash, now)
    if made is None:  # of two who send the same name at once, the second
        return _TAKEN
    record(service, connection, NO_SITE, "administrator-made", by=name)
    return made


def _complaint(name: str, password: str, again: str) -> Complaint | None:
    if not name or len(name) > MOST_NAME_LENGTH or not name.isprintable():
        return Complaint(f"The name needs 1 to {MOST_NAME_LENGTH} characters.", ("name",))
    return complaint(name, password, again)


def _form(
    request: Request,
    token: str,
    problem: str = "",
    status: int = 200,
    name: str = "",
    wrong: Collection[str] = (),
) -> HTMLResponse:
    facts = {"token": token, "problem": problem, "name": name, "wrong": wrong}
    return page(request, "admin/setup.html", status, **facts)
