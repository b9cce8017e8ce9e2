"""Reading Set-Cookie header lines and document.cookie assignments (RFC 6265bis, sections 5.6 and 5.7)."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil

import msgspec

# Of a number with hundreds of digits the first twelve are enough to see that it is too large.
_MAX_AGE = re.compile("(-?)0*([0-9]{1,12})[0-9]*")

# How much later than its lifetime was added to the clock a cookie may be seen; clocks differ a little, too.
LATE_S = 5
_EARLY_S = 1


class CookieLine(msgspec.Struct, frozen=True, kw_only=True):
    """One cookie as its server or script declared it, before the browser changed anything.

    domain: without its leading dot; empty = host-only. max_age_s: declared lifetime; None = session;
    0 or less = a deletion.
    """

    name: str
    value: str
    domain: str = ""
    path: str = ""
    max_age_s: int | None = None
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    partitioned: bool = False

    @property
    def deletes(self) -> bool:
        """Whether this line removes a cookie instead of setting one."""
        return self.max_age_s is not None and self.max_age_s <= 0


def parse_cookie_line(line: str, *, now: datetime | None = None) -> CookieLine | None:
    """Return the cookie that `line` declares; None where it names nothing at all (browsers ignore it too)."""
    pair, *parts = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(), value.strip()
    if not name and not value:
        return None
    attributes = _attributes(parts)
    return CookieLine(
        name=name,
        value=value,
        domain=attributes.get("domain", "").lstrip(".").lower(),
        path=attributes.get("path", ""),
        max_age_s=_lifetime_s(attributes, now or datetime.now(UTC)),
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=attributes.get("samesite", "").lower(),
        partitioned="partitioned" in attributes,
    )


def _attributes(parts: list[str]) -> dict[str, str]:
    attributes = {}
    for part in parts:
        name, _, value = part.partition("=")
        attributes[name.strip().lower()] = value.strip()
    return attributes


def _lifetime_s(attributes: dict[str, str], now: datetime) -> int | None:
    """Return the declared lifetime; Max-Age wins over Expires (section 5.7, step 3)."""
    max_age = _MAX_AGE.fullmatch(attributes.get("max-age", ""))
    if max_age:
        return _clamp(int(max_age[1] + max_age[2]))
    expires = _expires(attributes.get("expires", ""))
    return None if expires is None else _clamp(steady_lifetime((expires - now).total_seconds()))


def steady_lifetime(seconds: float) -> int:
    """Return the lifetime that was meant by a moment of expiry.

    Scripts and servers add a lifetime in whole minutes to their clock; toUTCString drops up to a second, and
    the line takes its time. So what misses a whole minute by that much is that minute.
    """
    minute = ceil((seconds - _EARLY_S) / 60) * 60
    return minute if 0 < minute <= seconds + LATE_S else round(seconds)


def _clamp(seconds: int) -> int:
    limit = 100 * 365 * 86_400
    return max(-1, min(seconds, limit))


def _expires(text: str) -> datetime | None:
    # Netscape's form has dashes; the e-mail parser wants blanks
    try:
        moment = parsedate_to_datetime(text.replace("-", " ")) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
