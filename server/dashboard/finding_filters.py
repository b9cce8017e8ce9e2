"""Which findings of a report a page shows: filtered by its address, a page of them at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from consentinel.scanner.rendering.wording import UNCLASSIFIED, category_name
from consentinel.scanner.report import Finding
from consentinel.scanner.verdict import early_states, severity
from consentinel.server.dashboard.paging import page_number

A_PAGE = 100
_LONGEST = 200


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a visitor of the page asked for; '' asks for nothing. early: only what is set without consent."""

    category: str = ""
    kind: str = ""
    state: str = ""
    party: str = ""
    search: str = ""
    early: bool = False
    page: int = 1

    @property
    def active(self) -> bool:
        """Say whether anything is left out."""
        return replace(self, page=1) != Filters()

    def query(self, page: int) -> str:
        """Return these filters as a query, for another page of the list."""
        asked = {name: value for name, value in vars(self).items() if value and name != "page"}
        return urlencode({**asked, **({"early": "1"} if self.early else {}), "page": page})


@dataclass(frozen=True)
class FindingPage:
    """A page of findings, worst first. total: how many pass the filters, pages: on how many pages."""

    findings: tuple[Finding, ...]
    total: int
    pages: int


def filters_of(query: Mapping[str, str]) -> Filters:
    """Return what the address asks for; what is no page number is the first page."""
    texts = {
        name: query.get(name, "")[:_LONGEST] for name in ("category", "kind", "state", "party", "search")
    }
    return Filters(**texts, early=bool(query.get("early")), page=page_number(query))


def shown_findings(findings: Iterable[Finding], filters: Filters) -> FindingPage:
    """Return the page of findings that the filters ask for; the last one where there are fewer."""
    kept = sorted((finding for finding in findings if _passes(finding, filters)), key=severity)
    pages = max(1, -(-len(kept) // A_PAGE))
    first = (min(filters.page, pages) - 1) * A_PAGE
    return FindingPage(tuple(kept[first : first + A_PAGE]), len(kept), pages)


def category_choices() -> tuple[str, ...]:
    """Return what can be chosen as a category, `unclassified` last."""
    return (*CATEGORIES, UNCLASSIFIED)


def _passes(finding: Finding, filters: Filters) -> bool:
    wanted = (
        (filters.category, category_name(finding.category)),
        (filters.kind, finding.kind),
        (filters.party, finding.party),
    )
    if any(asked and asked != found for asked, found in wanted):
        return False
    if filters.state and filters.state not in finding.states:
        return False
    if filters.early and not early_states(finding):
        return False
    return _mentions(finding, filters.search.casefold())


def _mentions(finding: Finding, text: str) -> bool:
    return not text or any(
        text in place.casefold() for place in (finding.name, finding.host, finding.vendor or "")
    )
