"""What a request's scope says: whose rules its path follows, its fields, and where it came from."""

from starlette.types import Scope

API = "/v1/"
ADMIN = "/admin"
DECLARATIONS = "/d/"
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_api(scope: Scope) -> bool:
    """Say whether a request is for the consent-state API."""
    path: str = scope["path"]
    return path.startswith(API)


def is_admin(scope: Scope) -> bool:
    """Say whether a request is for the dashboard."""
    path: str = scope["path"]
    return path == ADMIN or path.startswith(f"{ADMIN}/")


def is_declaration(scope: Scope) -> bool:
    """Say whether a request is for the public cookie declaration of a site."""
    path: str = scope["path"]
    return path.startswith(DECLARATIONS)


def is_write(scope: Scope) -> bool:
    """Say whether a request may change something (RFC 9110 section 9.2.1)."""
    return scope["method"] not in READING


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the value of the first header field of a name (lower case), None where there is none."""
    return next((value for field, value in scope["headers"] if field == name), None)


def client_address(scope: Scope) -> str:
    """Return the address that a request came from, '' where the server does not know it."""
    client = scope.get("client")
    return client[0] if client else ""
