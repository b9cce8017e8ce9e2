"""Why the start page could not be scanned, in one line for the user."""

from urllib.parse import urlsplit

from consentinel.scanner.addresses import Reason
from consentinel.scanner.egress import Egress, Refusal
from consentinel.scanner.errors import SiteError
from consentinel.scanner.shapes import public_text, public_url
from consentinel.scanner.visit import VisitResult

_REFUSALS: dict[Reason, str] = {
    "not-global": "{host} is not at a public address; to scan a local site add --allow-private or --resolve",
    "port": "port {port} is not allowed; add --allow-port {port}",
    "unknown-host": "the host {host} is unknown; check the spelling, or map it with --resolve",
    "name-server": "no name server answered for {host}; is this machine online?",
    "connection-refused": "{host}:{port} refused the connection; is the server running?",
    "timeout": "{host}:{port} did not answer in time",
    "budget": "the byte budget is used up; raise --max-bytes",
    "malformed": "the answer of {host} is not HTTP",
    "unreachable": "{host} is not reachable from here",
}
_NETWORK_ERRORS = {
    "ERR_CERT": "the TLS certificate is not valid ({error}); accept it with --insecure if it is yours",
    "ERR_SSL": "TLS failed ({error}); does the server speak HTTPS on this port?",
    "ERR_TOO_MANY_REDIRECTS": "the page redirects in a loop",
    "ERR_TIMED_OUT": "the page did not answer in time; raise --page-timeout",
    "ERR_ABORTED": "this is not an HTML page (a download, or an empty answer)",
    "Download is starting": "this is not an HTML page (a download)",
    "ERR_INVALID_AUTH_CREDENTIALS": "the site asks for a user and password; give them with --http-auth",
    "ERR_UNSAFE_PORT": "browsers refuse to open this port",
    "ERR_EMPTY_RESPONSE": "the server closed the connection without an answer",
    "ERR_INVALID_HTTP_RESPONSE": "the answer is not HTTP",
}


def start_error(result: VisitResult, egress: Egress) -> SiteError | None:
    """Return why there is nothing to scan, or None where the start page is fine."""
    refusal = _refusal(result, egress)
    if refusal is not None:
        return _error(result, _REFUSALS[refusal.reason].format(host=refusal.host, port=refusal.port))
    if result.wall is not None:
        return _error(result, result.wall.reason)
    if any(gap.kind == "tab-lost" for gap in result.gaps):
        return _error(result, "the browser went away while the page was being read; try again")
    return _error(result, _network_error(result.failure)) if result.failure else None


def refusal_sentence(refusal: Refusal) -> str:
    """Return why a host could not be reached, as in the message for a start page."""
    return _REFUSALS[refusal.reason].format(host=refusal.host, port=refusal.port)


def _error(result: VisitResult, reason: str) -> SiteError:
    return SiteError(f"{public_url(result.plan.url)}: {reason}")


def _refusal(result: VisitResult, egress: Egress) -> Refusal | None:
    """Return what the proxy says of the address where the visit ended; a page that loaded has no refusal."""
    if result.failure is None and (result.status or 0) < 400:
        return None
    for url in (result.url, *_hops(result)):
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = egress.failure(parts.hostname or "", port)
        if found is not None:
            return found
    return None


def _hops(result: VisitResult) -> list[str]:
    """Return where the page's own request went, last first: what the page loaded explains nothing."""
    first = next((hop for hop in result.exchanges if hop.resource_type == "Document"), None)
    own = [hop.url for hop in result.exchanges if first is not None and hop.request_id == first.request_id]
    return own[::-1]


def _network_error(failure: str) -> str:
    error = public_text(failure).removeprefix("net::")
    for mark, sentence in _NETWORK_ERRORS.items():
        if mark in failure:
            return sentence.format(error=error)
    return f"the page did not load ({error})"
