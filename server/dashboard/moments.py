"""Times and numbers as people read them. All times are in UTC."""

from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

_EPOCH = date(1970, 1, 1)


def moment(time_ms: int) -> str:
    """Return a time in ms since 1970 as `3 March 2026, 14:05 UTC`."""
    found = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"{found.day} {found:%B %Y, %H:%M} UTC"


def time_element(time_ms: int) -> Markup:
    """Return a time in ms since 1970 as `<time>`."""
    return Markup('<time datetime="{}">{}</time>').format(exact(time_ms), moment(time_ms))


def exact(time_ms: int) -> str:
    """Return a time in ms since 1970 as RFC 3339."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")


def day(days: int) -> str:
    """Return a day, counted since 1970, as `3 March 2026`."""
    found = date_of(days)
    return f"{found.day} {found:%B %Y}"


def date_of(days: int) -> date:
    """Return the date of a day counted since 1970."""
    return _EPOCH + timedelta(days=days)


def number(value: int) -> str:
    """Return a number with thin spaces between thousands, which no locale mistakes for a fraction."""
    return f"{value:,}".replace(",", "\u202f")
