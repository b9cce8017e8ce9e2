"""What the catalogue says of a finding that a rule of the settings has decided.

Such a rule may speak of one host or path of a vendor; what is blocked of the rest follows from the catalogue,
as if the rule were not there. The rule itself stands above that (banner/rules.py).
"""

from collections.abc import Iterator

import msgspec

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.catalogue.taxonomy import category_rank
from consentinel.scanner.report import Finding

_STORED = ("cookie", "storage")


def by_catalogue(finding: Finding, catalogue: Catalogue) -> Finding:
    """Return a finding as the catalogue decides it, as far as a report keeps what it asks for."""
    decision = max(map(catalogue.decide, _subjects(finding)), key=_intrusiveness)
    return msgspec.structs.replace(
        finding,
        category=decision.category,
        contested=decision.contested,
        vendor=decision.vendor,
        rule=decision.rule,
        layer=decision.layer,
    )


def _intrusiveness(decision: Decision) -> tuple[int, bool]:
    return -1 if decision.category is None else category_rank(decision.category), decision.contested


def _subjects(finding: Finding) -> Iterator[Subject]:
    """Yield what the finding may stand for: the names of stored items, the types of requests."""
    about = Subject(
        kind=finding.kind,
        name=finding.name,
        host=finding.host.strip(".").lower(),
        site=finding.pages[0] if finding.pages else None,
        party=finding.party,
    )
    if finding.kind in _STORED:
        writer = finding.writer.url if finding.writer else None
        for name in (finding.name, finding.name.replace("*", "0")):
            yield msgspec.structs.replace(about, name=name, writer_url=writer)
    else:
        for kind in _resource_types(finding):
            yield msgspec.structs.replace(about, url=finding.url, resource_type=kind)


def _resource_types(finding: Finding) -> tuple[str | None, ...]:
    found = finding.attributes.get("resource_type")
    return found if isinstance(found, tuple) else (found if isinstance(found, str) else None,)
