"""`/admin/login`, `/admin/logout`, `/admin/setup`, `/admin/password`: what comes before all other pages."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from consentinel.server.admin.login import login, login_form, logout
from consentinel.server.admin.password import change, change_form
from consentinel.server.admin.setup import setup, setup_form
from consentinel.server.state import services


async def _with_slash(request: Request) -> Response:
    """Lead on who typed the address without the slash at its end."""
    return RedirectResponse(f"{services(request).base_path}/admin/", 303)


ROUTES = [
    Route("/admin", _with_slash),
    Route("/admin/login", login_form),
    Route("/admin/login", login, methods=["POST"]),
    Route("/admin/logout", logout, methods=["POST"]),
    Route("/admin/setup", setup_form),
    Route("/admin/setup", setup, methods=["POST"]),
    Route("/admin/password", change_form),
    Route("/admin/password", change, methods=["POST"]),
]
