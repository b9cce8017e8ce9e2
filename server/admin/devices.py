"""Browsers from which an administrator has logged in: what others do cannot lock these out (T22).

After https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies: such a browser
keeps a random name, signed together with that of the administrator. It opens nothing by itself; failures
from there are counted for it alone.
"""

import hashlib
import hmac
import secrets

from starlette.requests import HTTPConnection

from consentinel.server.admin.cookies import device_cookie
from consentinel.server.base64url import decoded, encoded
from consentinel.server.keys import Keys
from consentinel.server.state import services

_BYTES = 16
_PURPOSE = b"consentinel device\0"


def device_of(request: HTTPConnection, name: str) -> bytes:
    """Return the device that a request comes from, b'' for one from which nobody of this name logged in."""
    return device_named(services(request).keys, name, device_cookie(request))


def new_device(keys: Keys, name: str) -> str:
    """Return what a browser keeps once somebody of this name has logged in."""
    device = secrets.token_bytes(_BYTES)
    return encoded(device + _mac(keys, name, device))


def device_named(keys: Keys, name: str, cookie: str) -> bytes:
    """Return the device that a cookie names, b'' for one that was not made by these keys for this name."""
    try:
        found = decoded(cookie)
    except ValueError:
        return b""
    device, mac = found[:_BYTES], found[_BYTES:]
    return device if hmac.compare_digest(_mac(keys, name, device), mac) else b""


def _mac(keys: Keys, name: str, device: bytes) -> bytes:
    own = name.encode("utf-8", "surrogatepass")
    return hmac.digest(keys.cookie, _PURPOSE + device + own, hashlib.sha256)[:_BYTES]
