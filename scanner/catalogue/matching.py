"""Decisions: what a cookie, storage item, request or CAPTCHA is, and which rule says so."""

from collections.abc import Iterable, Sequence

import msgspec

from consentinel.scanner.catalogue.captchas import CaptchaTable
from consentinel.scanner.catalogue.entries import (
    CaptchaProduct,
    CategoryText,
    HostPattern,
    NamePattern,
    Sheet,
)
from consentinel.scanner.catalogue.facts import Facts, host_of, path_of
from consentinel.scanner.catalogue.hosts import HostTable, PathTable
from consentinel.scanner.catalogue.names import NameTable
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Decision, Subject

# How sure an answer is that rests on the company it keeps: a vendor's host, its script, its other name space.
_BY_HOST, _BY_WRITER, _BY_OTHER_KIND = 0.7, 0.6, 0.75


class Catalogue:
    """All layers, the strongest first. `version` is a short hash of their content."""

    def __init__(self, sheets: Sequence[Sheet], version: str) -> None:
        self.sheets = tuple(sheets)
        self.version = version
        self._layers = tuple(_LayerTables(sheet) for sheet in self.sheets)
        self.captchas = _effective(self.sheets)
        self.categories: tuple[CategoryText, ...] = self.sheets[-1].categories

    def decide(self, subject: Subject) -> Decision:
        """Return what `subject` is; UNCLASSIFIED where no entry speaks of it. Never raises."""
        facts = Facts(subject)
        if subject.kind == "captcha":
            product = self._captcha(subject.name)
            return product.decision if product else UNCLASSIFIED
        if subject.kind in {"cookie", "storage"}:
            return self._decide_name(facts)
        return self._decide_request(facts)

    def vendor_of_host(self, host: str) -> str | None:
        """Return who runs a host, or None."""
        folded = host.strip(".").lower()
        owners = (layer.hosts.owner(folded) for layer in self._layers)
        return next((owner.vendor.name for owner in owners if owner), None)

    def captcha_of_url(self, url: str) -> CaptchaProduct | None:
        """Return the CAPTCHA product that a URL belongs to, or None."""
        facts = Facts(Subject(kind="request", url=url))
        path = path_of(url)
        return next((found for layer in self._layers if (found := layer.captchas.by_url(facts, path))), None)

    def _captcha(self, product_id: str) -> CaptchaProduct | None:
        found = (layer.captchas.by_id(product_id) for layer in self._layers)
        return next((product for product in found if product), None)

    def _decide_name(self, facts: Facts) -> Decision:
        for layer in self._layers:
            found = layer.by_name(facts) or layer.by_company(facts)
            if found is not None:
                return found
        for layer in self._layers:
            found = layer.by_other_kind(facts) or layer.by_writer(facts)
            if found is not None:
                return found
        return UNCLASSIFIED

    def _decide_request(self, facts: Facts) -> Decision:
        path = path_of(facts.subject.url)
        for layer in self._layers:
            found = layer.by_url(facts, path)
            if found is not None:
                return found
        return UNCLASSIFIED


class _LayerTables:
    """The tables of one layer, each asked for one sort of answer."""

    def __init__(self, sheet: Sheet) -> None:
        self.captchas = CaptchaTable(sheet.captchas)
        self.hosts = HostTable(sheet.hosts)
        self._paths = PathTable(sheet.paths)
        self._cookies = NameTable(name for name in sheet.names if name.kind == "cookie")
        self._storage = NameTable(name for name in sheet.names if name.kind == "storage")

    def by_name(self, facts: Facts) -> Decision | None:
        """The name belongs to a CAPTCHA or a vendor."""
        own = self._cookies if facts.subject.kind == "cookie" else self._storage
        found = self.captchas.by_name(facts) or own.find(facts.subject.name, facts)
        return found.decision if found else None

    def by_company(self, facts: Facts) -> Decision | None:
        """A third party's item at a known vendor's host; a necessary host does not make its items so."""
        if facts.first_party:
            return None
        found = self.hosts.find(facts, None)
        if found is None or found.decision.category == "strictly-necessary":
            return None
        return _because(
            found.decision, _BY_HOST, f"It belongs to {found.host}, a host of {found.vendor.name}."
        )

    def by_other_kind(self, facts: Facts) -> Decision | None:
        """SDKs fall back from cookies to storage and back under the same name."""
        is_cookie = facts.subject.kind == "cookie"
        found = (self._storage if is_cookie else self._cookies).find(facts.subject.name, facts)
        if found is None or not _speaks_for_both(found):
            return None
        return _because(
            found.decision, _BY_OTHER_KIND, f"{found.vendor.name} uses this name for a {found.kind} item."
        )

    def by_writer(self, facts: Facts) -> Decision | None:
        """A known vendor's script wrote it, and that script runs nobody else's code."""
        writer = facts.subject.writer_url
        if not writer:
            return None
        found = self._writer_host(writer, facts.subject.site)
        if found is None or found.vendor.carrier or found.decision.category == "strictly-necessary":
            return None
        answer = _because(found.decision, _BY_WRITER, f"A script from {found.host} wrote it.")
        rule = (answer.rule or "").replace("/host:", "/writer:", 1)
        return msgspec.structs.replace(answer, rule=rule)

    def by_url(self, facts: Facts, path: str) -> Decision | None:
        """The URL belongs to a CAPTCHA, a vendor's host, or has a path that only one product has."""
        product = self.captchas.by_url(facts, path)
        if product is not None:
            return product.decision
        found = self.hosts.find(facts, path) or self._paths.find(path)
        return found.decision if found else None

    def _writer_host(self, writer: str, site: str | None) -> HostPattern | None:
        return self.hosts.find(
            Facts(Subject(kind="script", host=host_of(writer), site=site)), path_of(writer)
        )


def _speaks_for_both(pattern: NamePattern) -> bool:
    return (
        pattern.how != "regex"
        and not pattern.vendor.convention
        and pattern.decision.category != "strictly-necessary"
    )


def _because(decision: Decision, confidence: float, evidence: str) -> Decision:
    lowered = min(confidence, decision.confidence) if decision.layer != "override" else decision.confidence
    return msgspec.structs.replace(decision, confidence=lowered, evidence=(evidence,))


def _effective(sheets: Iterable[Sheet]) -> tuple[CaptchaProduct, ...]:
    """Every product once, as its strongest layer describes it, in the order of the weakest layer's table."""
    strongest: dict[str, CaptchaProduct] = {}
    for sheet in reversed(list(sheets)):
        strongest.update((product.id, product) for product in sheet.captchas)
    return tuple(strongest.values())
