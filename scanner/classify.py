"""Observations + catalogue -> findings: what each fact is, which rule decided, in which states."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from consentinel.scanner.behaviours.deciding import with_behaviour
from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.catalogue.taxonomy import STATES
from consentinel.scanner.identity import display_name, finding_id
from consentinel.scanner.joint_decision import Ruled, joint_decision, known_decision
from consentinel.scanner.observations import AttributeValue, Observation, Writer
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Finding
from consentinel.scanner.shapes import entropy_class, length_bucket, public_url
from consentinel.scanner.site_rules import NO_RULES, SiteRules, with_known

_ONLY_IF_CLASSIFIED = frozenset({"request", "script", "frame"})
_MAX_EVIDENCE = 12
_MAX_CLUES = 6
# A cookie that was refused once and kept another time is a kept one.
_ONLY_IF_ALWAYS = ("blocked", "kept")
_MAX_NUMBERED = 20


def classify(
    observations: Iterable[Observation],
    catalogue: Catalogue,
    own: OwnHosts,
    rules: SiteRules = NO_RULES,
) -> tuple[Finding, ...]:
    """Return the findings, one per identity (DESIGN.md section 4), sorted by kind, name and id.

    The catalogue judges each observation for itself; then it counts what observations say of each other
    (docs/behaviour.md); then what the site's settings say (`joint_decision`).
    A site's own requests are findings only where the catalogue knows them; everything else always is.
    """
    groups: dict[str, list[Ruled]] = defaultdict(list)
    seen = [_judge(observation, catalogue) for observation in observations]
    for judged in with_behaviour(list(_gather_numbered(seen)), own):
        ruled = _ruled(judged, rules)
        if _counts(ruled):
            groups[finding_id(judged.observation, judged.name, own)].append(ruled)
    findings = (_finding(identity, group) for identity, group in groups.items())
    return tuple(sorted(findings, key=lambda finding: (finding.kind, finding.name, finding.id)))


def _judge(observation: Observation, catalogue: Catalogue) -> Judged:
    decision = catalogue.decide(_subject(observation))
    return Judged(observation, decision, display_name(observation, decision))


def _ruled(judged: Judged, rules: SiteRules) -> Ruled:
    if rules == NO_RULES:
        return Ruled(judged, judged.decision)
    return Ruled(judged, rules.decide(_subject(judged.observation), judged.decision))


def _gather_numbered(judgements: Sequence[Judged]) -> Iterator[Judged]:
    """Give items that differ by their numbers only one name, once there are many: `flood_*`."""
    families: dict[tuple[str, str], set[str]] = defaultdict(set)
    for judged in judgements:
        families[_family(judged)].add(judged.name)
    for judged in judgements:
        is_many = len(families[_family(judged)]) > _MAX_NUMBERED
        yield replace(judged, name=_family(judged)[1]) if is_many else judged


def _family(judged: Judged) -> tuple[str, str]:
    kind = judged.observation.kind
    return (kind, re.sub(r"\d+", "*", judged.name) if kind in ("cookie", "storage") else judged.name)


def _counts(ruled: Ruled) -> bool:
    observation = ruled.judged.observation
    known = ruled.decision.layer != "unclassified"
    return known or observation.party == "third" or observation.kind not in _ONLY_IF_CLASSIFIED


def _subject(observation: Observation) -> Subject:
    attributes = observation.attributes
    is_stored = observation.kind in ("cookie", "storage")
    age_s = attributes.get("max_age_s")
    http_only = attributes.get("http_only")
    return Subject(
        kind=observation.kind,
        name=observation.name,
        host=observation.host,
        url=None if is_stored else observation.url,
        resource_type=_text(attributes.get("resource_type")),
        site=observation.page,
        party=observation.party,
        writer_url=observation.writer.url if observation.writer else None,
        value=observation.value,
        max_age_s=0 if attributes.get("lifetime") == "session" else _kept_s(age_s),
        http_only=http_only if isinstance(http_only, bool) else None,
    )


def _kept_s(age_s: AttributeValue | None) -> int | None:
    """Return how long an item is kept; of one that is deleted that cannot be told."""
    return age_s if isinstance(age_s, int) and age_s > 0 else None


def _text(value: AttributeValue | None) -> str | None:
    return value if isinstance(value, str) else None


def _finding(identity: str, members: Sequence[Ruled]) -> Finding:
    decision = joint_decision(members)
    group = [member.judged for member in members]
    observations = [judged.observation for judged in group]
    first = min(observations, key=_plainness)
    found = Finding(
        id=identity,
        kind=first.kind,
        name=min(judged.name for judged in group),
        category=decision.category,
        contested=decision.contested,
        vendor=decision.vendor,
        purpose=decision.purpose,
        party=first.party,
        host=first.host,
        url=public_url(first.url),
        writer=_public_writer(observations),
        states=tuple(state for state in STATES if any(seen.state == state for seen in observations)),
        pages=tuple(sorted({public_url(observation.page) for observation in observations})),
        rule=decision.rule,
        layer=decision.layer,
        evidence=(*_evidence(observations), *_clues(group), *decision.evidence),
        attributes=_attributes(observations),
    )
    return with_known(found, known_decision(members))


def _plainness(observation: Observation) -> tuple[bool, str, str, str]:
    """Sort what the browser kept before what it refused or the page removed at once."""
    refused = "blocked" in observation.attributes or observation.attributes.get("kept") is False
    return (refused, observation.page, observation.url, observation.host)


def _public_writer(observations: Sequence[Observation]) -> Writer | None:
    writers = [seen.writer for seen in observations if seen.writer is not None]
    if not writers:
        return None
    chosen = min(writers, key=lambda writer: (public_url(writer.url), writer.line or 0))
    return Writer(url=public_url(chosen.url), line=chosen.line)


def _evidence(observations: Sequence[Observation]) -> list[str]:
    return sorted({line for observation in observations for line in observation.evidence})[:_MAX_EVIDENCE]


def _clues(group: Sequence[Judged]) -> list[str]:
    return sorted({clue for judged in group for clue in judged.clues})[:_MAX_CLUES]


def _attributes(observations: Sequence[Observation]) -> dict[str, AttributeValue]:
    values: dict[str, set[AttributeValue]] = defaultdict(set)
    for observation in observations:
        for key, value in (*observation.attributes.items(), *_shape(observation)):
            if key != "max_age_s":
                values[key].add(value)
    for key in _ONLY_IF_ALWAYS:
        if any(key not in observation.attributes for observation in observations):
            values.pop(key, None)
    return {key: _one(found) for key, found in sorted(values.items())}


def _shape(observation: Observation) -> list[tuple[str, str]]:
    """Return how long and how telling a value is, which is all that a report may say of it."""
    if observation.value is None:
        return []
    return [("length", length_bucket(observation.value)), ("entropy", entropy_class(observation.value))]


def _one(found: set[AttributeValue]) -> AttributeValue:
    """Return the one value there is, or all of them as sorted texts."""
    if len(found) == 1:
        return found.pop()
    texts = {text for value in found for text in (value if isinstance(value, tuple) else (_word(value),))}
    return tuple(sorted(texts))


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
