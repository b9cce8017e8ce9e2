"""The tables of one layer, each asked for one sort of answer."""

import msgspec

from consentinel.scanner.catalogue.captchas import CaptchaTable
from consentinel.scanner.catalogue.entries import HostPattern, NamePattern, Sheet
from consentinel.scanner.catalogue.facts import Facts, host_of
from consentinel.scanner.catalogue.hosts import HostTable, PathTable
from consentinel.scanner.catalogue.names import NameTable
from consentinel.scanner.catalogue.subject import Decision, Subject

# How sure an answer is that rests on the company it keeps: a vendor's host, its script, its other name space.
_BY_HOST, _BY_WRITER, _BY_OTHER_KIND = 0.7, 0.6, 0.75


class LayerTables:
    """Every way to find an entry of one layer; each returns its answer or None.

    captchas: the table of all layers, of which this one tells the products that it describes itself.
    """

    def __init__(self, sheet: Sheet, captchas: CaptchaTable | None = None) -> None:
        self.sheet = sheet
        self.captchas = captchas or CaptchaTable([sheet])
        self._products = self.captchas.described_by(sheet)
        self.hosts = HostTable(sheet.hosts)
        self._paths = PathTable(sheet.paths)
        self._cookies = NameTable(name for name in sheet.names if name.kind == "cookie")
        self._storage = NameTable(name for name in sheet.names if name.kind == "storage")

    def names(self, facts: Facts) -> NameTable:
        """Return the table that the subject's name is looked up in."""
        return self._cookies if facts.subject.kind == "cookie" else self._storage

    def by_captcha_id(self, facts: Facts) -> Decision | None:
        """It is a CAPTCHA that a collector has named."""
        product = self.captchas.by_id(facts.subject.name)
        return product.decision if product and product.id in self._products else None

    def by_captcha_name(self, facts: Facts) -> Decision | None:
        """The name belongs to a CAPTCHA."""
        found = self.captchas.by_name(facts) if self._products else None
        return found.decision if found and found.vendor.id in self._products else None

    def by_name(self, facts: Facts) -> Decision | None:
        """The name belongs to a vendor, and no host of somebody else speaks against it."""
        found = self.names(facts).find(facts.subject.name, facts)
        return found.decision if found and self.host_against(found, facts) is None else None

    def by_company(self, facts: Facts) -> Decision | None:
        """A third party's item at a known vendor's host; a necessary host does not make its items so."""
        found = self._host_of_others(facts)
        if found is None:
            return None
        name = self.names(facts).find(facts.subject.name, facts)
        doubt = f" That {name.vendor.name} sets necessary ones of this name counts elsewhere." if name else ""
        return _because(
            found.decision, _BY_HOST, f"It belongs to {found.host}, a host of {found.vendor.name}.{doubt}"
        )

    def host_against(self, name: NamePattern, facts: Facts) -> HostPattern | None:
        """Return the host at which a name is not necessary, although its pattern says so; None for no such.

        What a name alone makes necessary at any domain gives way to a third party's host that is not, unless
        both are of one vendor. Where the party cannot be told, it may be a third one.
        """
        if name.domains or name.decision.category != "strictly-necessary":
            return None
        found = self._host_of_others(facts)
        return None if found is None or found.vendor.id == name.vendor.id else found

    def _host_of_others(self, facts: Facts) -> HostPattern | None:
        if facts.first_party:
            return None
        found = self.hosts.find(facts)
        return None if found is None or found.decision.category == "strictly-necessary" else found

    def by_other_kind(self, facts: Facts) -> Decision | None:
        """SDKs fall back from cookies to storage and back under the same name."""
        other = self._storage if facts.subject.kind == "cookie" else self._cookies
        found = other.find(facts.subject.name, facts)
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

    def by_captcha_url(self, facts: Facts) -> Decision | None:
        """The URL belongs to a CAPTCHA."""
        product = self.captchas.by_url(facts, facts.path or "/") if self._products else None
        return product.decision if product and product.id in self._products else None

    def by_host(self, facts: Facts) -> Decision | None:
        """The URL's host belongs to a vendor: for this path and type, or as a whole."""
        found = self.hosts.find(facts)
        if found is None or (found.whole_host and self._paths.find(facts)):
            return None
        return found.decision

    def by_path(self, facts: Facts) -> Decision | None:
        """The path is one that only one product has, on whatever host."""
        found = self._paths.find(facts)
        return found.decision if found else None

    def _writer_host(self, writer: str, site: str | None) -> HostPattern | None:
        script = Subject(kind="script", host=host_of(writer), url=writer, resource_type="script", site=site)
        return self.hosts.find(Facts(script))


def _speaks_for_both(pattern: NamePattern) -> bool:
    return (
        pattern.how != "regex"
        and not pattern.vendor.convention
        and pattern.decision.category != "strictly-necessary"
    )


def _because(decision: Decision, confidence: float, evidence: str) -> Decision:
    lowered = min(confidence, decision.confidence) if decision.layer != "override" else decision.confidence
    return msgspec.structs.replace(decision, confidence=lowered, evidence=(evidence,))
