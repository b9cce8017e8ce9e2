"""Cookies: by header, by script, by cookieStore, refused ones, and what only the jar knows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from consentinel.scanner.collectors.base import ItemKey, Visit
from consentinel.scanner.cookie_syntax import LATE_S, CookieLine, parse_cookie_line, steady_lifetime
from consentinel.scanner.hooks import HookReport, decode_text
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import AttributeValue, Observation, Writer
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.shapes import public_url
from consentinel.scanner.urls import host_of

# Chromium keeps no cookie longer (RFC 6265bis section 5.5), so the declared lifetime is reported instead.
_BROWSER_LIMIT_S = 400 * 86_400
# 13 months, the longest life that the CNIL accepts for a consent-exempt cookie, in days.
_LONG_LIFE_S = 395 * 86_400


class CookieCollector:
    """Every cookie with the response or script line that wrote it."""

    name = "cookies"
    hooks: tuple[str, ...] = ("cookies",)

    def __init__(self) -> None:
        self._jar: list[Any] | None = None

    async def look(self, visit: Visit) -> None:
        """Read the jar of the tab."""
        self._jar = list(await visit.tab.context.cookies())

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return writes in the order in which they happened, then what only the jar knows."""
        visit.tab.network.settle_cookies()
        jar, self._jar = self._jar, None
        yield from self._by_header(visit)
        yield from self._by_script(visit, None if jar is None else {_jar_key(cookie) for cookie in jar})
        yield from self._from_jar(visit, jar or [])

    def _by_header(self, visit: Visit) -> Iterator[Observation]:
        for exchange in visit.tab.network.exchanges:
            refused = dict(exchange.blocked_cookies)
            for line in exchange.set_cookies:
                cookie = parse_cookie_line(line, now=exchange.answered_at)
                if cookie is not None and not cookie.deletes:
                    yield _header_cookie(visit, exchange, cookie, refused.get(line))

    def _by_script(self, visit: Visit, kept: set[ItemKey] | None) -> Iterator[Observation]:
        for report in visit.tab.hook_reports:
            cookie = _script_line(report)
            if cookie is not None and not cookie.deletes:
                yield _script_cookie(visit, report, cookie, kept)

    def _from_jar(self, visit: Visit, jar: list[Any]) -> Iterator[Observation]:
        for cookie in jar:
            key = _jar_key(cookie)
            if key in visit.memory.told:
                continue
            visit.memory.told.add(key)
            yield _jar_cookie(visit, cookie, visit.memory.writers.get(key))


def _script_line(report: HookReport) -> CookieLine | None:
    if report.hook == "cookie":
        return parse_cookie_line(report.text, now=_moment(report))
    if report.hook == "cookie-store":
        return _from_cookie_store(decode_text(report.text), report)
    return None


def _from_cookie_store(options: dict[str, Any], report: HookReport) -> CookieLine:
    expires_ms = options.get("expires")
    lifetime_s = None if expires_ms is None else steady_lifetime((expires_ms - report.time_ms) / 1000)
    return CookieLine(
        name=str(options.get("name", "")),
        value=str(options.get("value", "")),
        domain=str(options.get("domain") or "").lstrip(".").lower(),
        path=str(options.get("path") or "/"),
        max_age_s=lifetime_s,
        secure=True,
        same_site=str(options.get("sameSite") or "strict"),
        partitioned=bool(options.get("partitioned")),
    )


def _moment(report: HookReport) -> datetime:
    return datetime.fromtimestamp(report.time_ms / 1000, UTC)


def _header_cookie(visit: Visit, exchange: Exchange, cookie: CookieLine, refused: str | None) -> Observation:
    writer = Writer(url=exchange.url)
    host = cookie.domain or host_of(exchange.url)
    if refused is None:
        _remember(visit, cookie.name, host, writer)
    attributes = _attributes(cookie, via="header")
    _add_frame(visit, attributes, exchange.document_url)
    if refused is not None:
        attributes["blocked"] = refused
    if exchange.exempted:
        attributes["exempted"] = ", ".join(sorted(set(exchange.exempted)))
    return visit.observation(
        "cookie",
        cookie.name,
        host=host,
        url=exchange.url,
        writer=writer,
        value=cookie.value,
        attributes=attributes,
        evidence=(f"Set-Cookie header of {public_url(exchange.url)}", *_remarks(cookie)),
    )


def _script_cookie(
    visit: Visit, report: HookReport, cookie: CookieLine, kept: set[ItemKey] | None
) -> Observation:
    document_host = visit.document_host(report.href, report.origin)
    host = _script_host(cookie, document_host)
    _remember(visit, cookie.name, host, report.writer)
    attributes = _attributes(cookie, via="cookieStore" if report.hook == "cookie-store" else "script")
    _add_frame(visit, attributes, report.href)
    if kept is not None and (cookie.name, host) not in kept:
        attributes["kept"] = False
    return visit.observation(
        "cookie",
        cookie.name,
        host=host,
        url=report.href,
        writer=report.writer,
        value=cookie.value,
        attributes=attributes,
        evidence=(_written_by(report), *_remarks(cookie)),
    )


def _script_host(cookie: CookieLine, document_host: str) -> str:
    """Return the cookie's domain if the document may set it there, else the document's own host.

    Public suffixes and other sites are refused by the browser (RFC 6265bis section 5.7, steps 9 and 10).
    """
    within = f".{document_host}".endswith(f".{cookie.domain}")
    is_own = f".{cookie.domain}".endswith(f".{registrable_domain(document_host)}")
    return cookie.domain if cookie.domain and within and is_own else document_host


def _written_by(report: HookReport) -> str:
    call = "cookieStore.set" if report.hook == "cookie-store" else "document.cookie"
    if report.writer is None:
        return f"{call}, script unknown"
    return f"{call} in {public_url(report.writer.url)}"


def _jar_cookie(visit: Visit, cookie: Any, writer: Writer | None) -> Observation:
    attributes: dict[str, AttributeValue] = {
        "via": "jar",
        "http_only": bool(cookie.get("httpOnly")),
        "secure": bool(cookie.get("secure")),
        "same_site": str(cookie.get("sameSite", "")).lower(),
        "partitioned": bool(cookie.get("partitionKey")),
    }
    if cookie.get("expires", -1) == -1:
        attributes["lifetime"] = "session"
    return visit.observation(
        "cookie",
        cookie["name"],
        host=cookie["domain"].lstrip("."),
        url=visit.page,
        writer=writer,
        value=cookie.get("value", ""),
        attributes=attributes,
        evidence=("in the cookie jar", "written before the choice" if writer else "its writer was not seen"),
    )


def _jar_key(cookie: Any) -> ItemKey:
    return (cookie["name"], cookie["domain"].lstrip("."))


def _remember(visit: Visit, name: str, host: str, writer: Writer | None) -> None:
    visit.memory.writers[name, host] = writer
    visit.memory.told.add((name, host))


def _add_frame(visit: Visit, attributes: dict[str, AttributeValue], document: str) -> None:
    host = host_of(document)
    if host and visit.own.party_of(host) == "third":
        attributes["frame"] = host


def _attributes(cookie: CookieLine, *, via: str) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "via": via,
        "http_only": cookie.http_only,
        "secure": cookie.secure,
        "same_site": cookie.same_site,
        "partitioned": cookie.partitioned,
        "lifetime": lifetime_text(cookie.max_age_s),
    }
    if cookie.max_age_s is not None:
        attributes["max_age_s"] = cookie.max_age_s
    if (cookie.max_age_s or 0) > _BROWSER_LIMIT_S:
        attributes["effective_lifetime"] = lifetime_text(_BROWSER_LIMIT_S)
    return attributes


def _remarks(cookie: CookieLine) -> tuple[str, ...]:
    if (cookie.max_age_s or 0) > _LONG_LIFE_S:
        return (f"declared lifetime of {lifetime_text(cookie.max_age_s)} is over 13 months",)
    return ()


def lifetime_text(seconds: int | None) -> str:
    """Return a lifetime as people read it, coarse enough not to differ between two scans.

    The unit is the largest of which there is exactly one, or at least two; halves are rounded up. A few
    seconds are forgiven everywhere: an expiry is a moment, and the cookie was seen a little after it was set.
    """
    if seconds is None:
        return "session"
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if abs(seconds - size) <= LATE_S:
            return f"1 {unit}"
        if seconds + LATE_S >= 2 * size:
            return f"{(seconds + LATE_S + size // 2) // size} {unit}s"
    return "under 2 minutes"
