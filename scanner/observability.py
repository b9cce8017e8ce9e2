"""Could a scan have seen a finding? A gap in its way makes its absence mean nothing."""

from urllib.parse import urlsplit, urlunsplit

from consentinel.scanner.catalogue.taxonomy import Kind, State
from consentinel.scanner.observations import Gap
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.shapes import public_url
from consentinel.scanner.verdict import reached_states

OWN = "{site}"
# What the failure of a collector hides, by its name. One that is not listed here may hide anything.
_HIDES: dict[str | None, frozenset[Kind]] = {
    "cookies": frozenset({"cookie"}),
    "storage": frozenset({"storage"}),
    "requests": frozenset({"request", "script", "frame", "pixel", "beacon"}),
    "pixels": frozenset({"pixel", "beacon", "request"}),
    "captcha": frozenset({"captcha"}),
}


class Observability:
    """Answers for one report what stood in the way of seeing a finding of another."""

    def __init__(self, report: Report, other: Report) -> None:
        self._own = own_hosts(report) | own_hosts(other)
        self._reached = frozenset(reached_states(report))
        self._gaps = report.gaps
        self._truncated = report.scanned.truncated
        self._visited = {
            (visit.state, place(url, self._own))
            for visit in report.pages
            for url in (visit.url, *visit.routes)
        }

    def obstacle(self, finding: Finding, state: State) -> str:
        """Return why `finding` may have been missed in `state`, or an empty text."""
        if state not in self._reached:
            return f"the state {state} was not reached"
        pages = {place(page, self._own) for page in finding.pages}
        if not any((state, page) in self._visited for page in pages):
            return "none of its pages was visited" + (", the scan ended early" if self._truncated else "")
        for gap in self._gaps:
            if gap.state in (None, state) and self._covers(gap, finding, pages):
                return f"{gap.kind}: {gap.where}"
        return ""

    def _covers(self, gap: Gap, finding: Finding, pages: set[str]) -> bool:
        """Say whether a gap may hide a finding; only what is surely about something else does not."""
        if gap.collector in _HIDES and finding.kind not in _HIDES[gap.collector]:
            return False
        where = place(gap.where, self._own)
        if where.startswith(f"{OWN}/"):
            return where in pages
        return not _names_host(where) or _host(where) in _hosts_of(finding)


def own_hosts(report: Report) -> frozenset[str]:
    """Return the hosts (with port) that a report's pages come from."""
    return frozenset(_host(url) for url in (report.site, *(visit.url for visit in report.pages)))


def gap_key(gap: Gap, report: Report) -> tuple[str, str, State | None, str | None]:
    """Return what makes a gap the same gap in a scan of the same site on another host."""
    return gap.kind, place(gap.where, own_hosts(report)), gap.state, gap.collector


def place(text: str, own: frozenset[str]) -> str:
    """Return a URL or host with an own host written as `{site}` and no query values; other text as it is."""
    if _host(text) not in own:
        return text
    if "://" not in text:
        return OWN
    parts = urlsplit(public_url(text))
    return OWN + urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))


def _host(text: str) -> str:
    if "://" not in text:
        return text.lower()
    try:
        return urlsplit(text).netloc.rpartition("@")[2].lower()
    except ValueError:
        return text


def _names_host(text: str) -> bool:
    host = _host(text)
    return " " not in host and ("." in host or ":" in host)


def _hosts_of(finding: Finding) -> set[str]:
    writer = {_host(finding.writer.url)} if finding.writer else set()
    return {finding.host.lower(), _host(finding.url)} | writer
