"""The cookies of administrators: of a session, and of a browser from which somebody has logged in.

Their names have a prefix by which browsers refuse one that another host has set.

https://www.rfc-editor.org/rfc/rfc6265#section-4.1 and draft-ietf-httpbis-rfc6265bis, "Cookie Name Prefixes".
"""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from consentinel.banner.consent import SECONDS_A_DAY
from consentinel.server.admin.sessions import LONGEST_MS
from consentinel.server.state import Services, services

NAME = "consentinel_admin"
DEVICE = "consentinel_device"
_DEVICE_S = 180 * SECONDS_A_DAY


def cookie_name(service: Services, name: str = NAME) -> str:
    """Return a cookie's name: `__Host-` by https; below a path of a shop's host the path has to be told."""
    if not service.secure:
        return name
    return f"__Secure-{name}" if service.base_path else f"__Host-{name}"


def session_token(request: HTTPConnection) -> str:
    """Return the token that the browser sent, '' for none."""
    return request.cookies.get(cookie_name(services(request)), "")


def device_cookie(request: HTTPConnection) -> str:
    """Return what the browser sent as the name of its device, '' for nothing."""
    return request.cookies.get(cookie_name(services(request), DEVICE), "")


def set_device(response: Response, service: Services, device: str) -> None:
    """Let the browser keep the name of its device."""
    _set(response, service, device, _DEVICE_S, DEVICE)


def set_session(response: Response, service: Services, token: str) -> None:
    """Let the browser keep a token. SameSite=Lax: a link to a page of the dashboard shall work."""
    _set(response, service, token, LONGEST_MS // 1000)


def clear_session(response: Response, service: Services) -> None:
    """Let the browser forget the token."""
    _set(response, service, "", 0)


def _set(response: Response, service: Services, value: str, max_age_s: int, name: str = NAME) -> None:
    path = f"{service.base_path}/admin" if service.base_path else "/"
    response.set_cookie(
        cookie_name(service, name),
        value,
        max_age=max_age_s,
        path=path,
        secure=service.secure,
        httponly=True,
        samesite="lax",
    )
