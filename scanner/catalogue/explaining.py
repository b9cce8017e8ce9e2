"""Why the catalogue says what it says: every question asked, its answer, and what nearly answered."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from consentinel.scanner.catalogue.entries import NamePattern
from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.hosts import misfit
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.names import misfits
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.catalogue.tables import LayerTables
from consentinel.scanner.catalogue.taxonomy import Layer


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One question of one layer. answer: None where it found nothing; `asked` False behind the answer."""

    layer: Layer
    question: str
    answer: Decision | None
    asked: bool


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An entry whose name or host fits. misfits: what keeps it from answering; none where it does."""

    kind: Literal["name", "host"]
    layer: Layer
    source: str
    rule: str
    decision: Decision
    misfits: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with the way to it."""

    subject: Subject
    decision: Decision
    source: str | None
    check: str | None
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]


def explain(catalogue: Catalogue, subject: Subject) -> Explanation:
    """Return what the catalogue says of a subject, which questions led there, and all entries near it."""
    decision = catalogue.decide(subject)
    near = sorted(_candidates(catalogue, Facts(subject)), key=lambda candidate: bool(candidate.misfits))
    source, check = _origin(catalogue, decision)
    return Explanation(
        subject=subject,
        decision=decision,
        source=source,
        check=check,
        steps=tuple(_steps(catalogue, subject)),
        candidates=tuple(near),
    )


def _steps(catalogue: Catalogue, subject: Subject) -> Iterator[Step]:
    facts = Facts(subject)
    answered = False
    for question in catalogue.questions(subject):
        answer = None if answered else question.ask(facts)
        yield Step(layer=question.layer, question=question.text, answer=answer, asked=not answered)
        answered = answered or (answer is not None and answer.layer != "unclassified")


def _candidates(catalogue: Catalogue, facts: Facts) -> Iterator[Candidate]:
    for layer in catalogue.layers:
        if facts.subject.kind in ("cookie", "storage"):
            for name in layer.names(facts).candidates(facts.subject.name):
                reasons = (*misfits(name, facts), *_against(layer, name, facts))
                yield _candidate("name", name.source, name.decision, reasons)
        for host in layer.hosts.candidates(facts.suffixes):
            reason = misfit(host, facts)
            yield _candidate("host", host.source, host.decision, () if reason is None else (reason,))


def _against(layer: LayerTables, name: NamePattern, facts: Facts) -> Iterator[str]:
    host = layer.host_against(name, facts)
    if host is not None:
        yield f"only at hosts that are not {host.vendor.name}'s"


def _candidate(
    kind: Literal["name", "host"], source: str, decision: Decision, reasons: tuple[str, ...]
) -> Candidate:
    return Candidate(
        kind=kind,
        layer=decision.layer,
        source=source,
        rule=decision.rule or "",
        decision=decision,
        misfits=reasons,
    )


def _origin(catalogue: Catalogue, decision: Decision) -> tuple[str | None, str | None]:
    """Return where the deciding entry stands, and where its content can be checked."""
    entry = (decision.rule or "").partition(":")[2].partition("/")
    for sheet in catalogue.sheets:
        if sheet.layer != decision.layer:
            continue
        for vendor in sheet.vendors:
            if vendor.id == entry[0]:
                return vendor.source, vendor.check or None
        for product in sheet.captchas:
            if entry[0] == "captcha" and product.id == entry[2]:
                return product.source, product.check or None
    return None, None
