"""What went over the network in one state, as HTTP Archive 1.2.

Format: http://www.softwareishard.com/blog/har-12-spec/
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from consentinel.scanner.network import Exchange
from consentinel.scanner.shapes import public_url
from consentinel.scanner.version import VERSION
from consentinel.scanner.visit import VisitResult

_REDACTED = "(redacted)"
# Headers whose value is about the protocol, not about a visitor; every other value is redacted.
_PLAIN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "access-control-allow-origin",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "host",
        "origin",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "sec-gpc",
        "server",
        "user-agent",
        "vary",
    }
)


def har_log(results: Iterable[VisitResult], *, browser: str, values: bool) -> dict[str, Any]:
    """Return one HAR document for the visits of a state.

    values: keep cookie, header and query values as they were; otherwise they are redacted.
    """
    pages, entries = [], []
    for number, result in enumerate(results, start=1):
        page_id = f"page_{number}"
        pages.append(_page(page_id, result, values))
        entries += list(_entries(page_id, result, values))
    creator = {"name": "consentinel", "version": VERSION}
    name, _, version = browser.partition(" ")
    return {
        "log": {
            "version": "1.2",
            "creator": creator,
            "browser": {"name": name, "version": version},
            "pages": pages,
            "entries": entries,
        }
    }


def _page(page_id: str, result: VisitResult, values: bool) -> dict[str, Any]:
    started = min((_started(exchange) for exchange in result.exchanges), default=datetime.now(UTC))
    return {
        "id": page_id,
        "title": result.url if values else public_url(result.url),
        "startedDateTime": started.isoformat(),
        "pageTimings": {},
    }


def _entries(page_id: str, result: VisitResult, values: bool) -> Iterator[dict[str, Any]]:
    for exchange in result.exchanges:
        duration_ms = round((exchange.duration_s or 0) * 1000)
        yield {
            "pageref": page_id,
            "startedDateTime": _started(exchange).isoformat(),
            "time": duration_ms,
            "request": _request(exchange, values),
            "response": _response(exchange, values),
            "cache": {},
            "timings": {"send": 0, "wait": duration_ms, "receive": 0},
            "_resourceType": exchange.resource_type.lower(),
            "_error": exchange.failure,
        }


def _started(exchange: Exchange) -> datetime:
    if exchange.started_wall is not None:
        return datetime.fromtimestamp(exchange.started_wall, UTC)
    end = exchange.answered_at or datetime.now(UTC)
    return end - timedelta(seconds=exchange.duration_s or 0)


def _request(exchange: Exchange, values: bool) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": exchange.url if values else public_url(exchange.url),
        "httpVersion": "",
        "cookies": [],
        "headers": _headers(exchange.request_headers, values),
        "queryString": _query(exchange.url if values else public_url(exchange.url), values),
        "headersSize": -1,
        "bodySize": -1,
    }


def _query(url: str, values: bool) -> list[dict[str, str]]:
    query = url.partition("#")[0].partition("?")[2]
    pairs = parse_qsl(query, keep_blank_values=True)
    return [{"name": name, "value": value if values else _REDACTED} for name, value in pairs]


def _response(exchange: Exchange, values: bool) -> dict[str, Any]:
    return {
        "status": exchange.status or 0,
        "statusText": "",
        "httpVersion": "",
        "cookies": [],
        "headers": _headers(exchange.response_headers, values),
        "content": {"size": -1, "mimeType": exchange.mime_type},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": exchange.wire_bytes if exchange.wire_bytes is not None else -1,
    }


def _headers(headers: dict[str, str], values: bool) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value if values or name.lower() in _PLAIN_HEADERS else _REDACTED}
        for name, value in sorted(headers.items())
    ]
