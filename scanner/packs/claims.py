"""From what a list says, row by row, to entries that decide, hints that do not, and contradictions."""

from collections.abc import Iterable, Sequence

import msgspec

from consentinel.scanner.catalogue.entries import HostPattern, How, NamePattern, Sheet, Vendor
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.packs.parsed import Answer, ClaimKind, Conflict, Hint, Label, ParsedPack

_UNNAMED = "(not named)"
_EITHER: frozenset[Category] = frozenset({"performance", "targeting"})


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of a list.

    word: the list's own word for the category. category: ours, None where the word means none for certain.
    vendor: "" where none is named. mute: why the row must not decide; it ends the hint's sentence. loose: the
    word means `strictly-necessary` as well as the category given.
    """

    kind: ClaimKind
    text: str
    word: str
    category: Category | None
    vendor: str
    confidence: float
    how: How = "exact"
    domains: tuple[str, ...] = ()
    purpose: str = ""
    lifetime: str | None = None
    check: str = ""
    mute: str = ""
    loose: bool = False

    @property
    def shown(self) -> str:
        """The pattern as people write it."""
        return f"{self.text}*" if self.how == "prefix" else self.text


def settled(label: Label, claims: Sequence[Claim]) -> ParsedPack:
    """Return the pack that `claims` make. No row makes anything `strictly-necessary`: these become hints.

    Rows that speak of one thing and disagree do not decide, except performance against targeting: targeting.
    """
    same: dict[tuple[str, How, str, tuple[str, ...]], list[Claim]] = {}
    for claim in claims:
        same.setdefault((claim.kind, claim.how, claim.text, claim.domains), []).append(claim)
    builder = _Builder(label)
    for group in same.values():
        builder.add(group)
    return builder.parsed(len(claims))


class _Builder:
    """Collects the entries of one pack."""

    def __init__(self, label: Label) -> None:
        self._label = label
        self._vendors: dict[str, Vendor] = {}
        self._names: list[NamePattern] = []
        self._hosts: list[HostPattern] = []
        self._hints: list[Hint] = []
        self._conflicts: list[Conflict] = []
        self._loose: set[str] = set()

    def add(self, group: Sequence[Claim]) -> None:
        """Take in all rows about one thing."""
        said = {claim.category for claim in group if claim.category}
        category = _agreed(said)
        if len(said) > 1:
            self._conflicts.append(self._conflict(group, category))
        speaking = [claim for claim in group if claim.category == category and not claim.mute]
        if category and category != "strictly-necessary" and speaking:
            self._decide(speaking[0], category, _disagreement(group) if len(said) > 1 else "")
        else:
            self._hints.extend(self._hint(claim, disputed=len(said) > 1) for claim in group)

    def parsed(self, entries: int) -> ParsedPack:
        """Return everything taken in."""
        sheet = Sheet(
            layer="pack",
            categories=(),
            vendors=tuple(self._vendors.values()),
            names=tuple(self._names),
            hosts=tuple(self._hosts),
            paths=(),
            captchas=(),
        )
        return ParsedPack(
            label=self._label,
            entries=entries,
            sheet=sheet,
            hints=tuple(dict.fromkeys(self._hints)),
            conflicts=tuple(self._conflicts),
            loose=frozenset(self._loose),
        )

    def _decide(self, claim: Claim, category: Category, disagreement: str) -> None:
        vendor = self._vendor(claim, category)
        decision = self._decision(claim, disagreement)
        if claim.loose:
            self._loose.add(self._rule(claim))
        if claim.kind == "host":
            self._hosts.append(self._host_pattern(claim, vendor, decision))
        else:
            self._names.append(self._name_pattern(claim, vendor, decision))

    def _host_pattern(self, claim: Claim, vendor: Vendor, decision: Decision) -> HostPattern:
        return HostPattern(
            host=claim.text,
            path="",
            path_regex=None,
            types=frozenset(),
            vendor=vendor,
            decision=decision,
            source=self._label.title,
        )

    def _name_pattern(self, claim: Claim, vendor: Vendor, decision: Decision) -> NamePattern:
        return NamePattern(
            kind="cookie",
            how=claim.how,
            text=claim.text,
            regex=None,
            domains=claim.domains,
            value=None,
            requires=(),
            vendor=vendor,
            decision=decision,
            source=self._label.title,
        )

    def _vendor(self, claim: Claim, category: Category) -> Vendor:
        name = claim.vendor or _UNNAMED
        if name not in self._vendors:
            self._vendors[name] = Vendor(
                id=self._label.id,
                name=name,
                category=category,
                purpose=claim.purpose,
                check=claim.check,
                source=self._label.title,
                layer="pack",
            )
        return self._vendors[name]

    def _decision(self, claim: Claim, disagreement: str) -> Decision:
        noun = "the cookie" if claim.kind == "cookie" else "the host"
        by = f" by {claim.vendor}" if claim.vendor else ""
        says = f"{self._label.title} lists {noun} {claim.shown}{by} as {claim.word}."
        loose = f"{claim.word} may mean necessary there; one list alone does not decide that."
        return Decision(
            category=claim.category,
            vendor=claim.vendor or None,
            purpose=claim.purpose or None,
            rule=self._rule(claim),
            layer="pack",
            confidence=claim.confidence,
            pattern=claim.shown if claim.kind == "cookie" else None,
            lifetime=claim.lifetime,
            evidence=tuple(filter(None, (says, loose if claim.loose else "", disagreement))),
        )

    def _hint(self, claim: Claim, *, disputed: bool) -> Hint:
        by = f" ({claim.vendor})" if claim.vendor else ""
        reason = claim.mute or _reason(claim, disputed)
        return Hint(
            kind=claim.kind,
            how=claim.how,
            text=claim.text,
            domains=claim.domains,
            says=f"{self._label.title} calls it {claim.category or claim.word}{by}; {reason}.",
        )

    def _rule(self, claim: Claim) -> str:
        return f"pack:{self._label.id}/{claim.kind}:{claim.shown}"

    def _conflict(self, group: Sequence[Claim], category: Category | None) -> Conflict:
        where = f"@{','.join(group[0].domains)}" if group[0].domains else ""
        answers = (Answer(self._rule(claim), claim.category) for claim in group if claim.category)
        return Conflict(
            what=f"{group[0].kind}:{group[0].shown}{where}",
            answers=tuple(dict.fromkeys(answers)),
            answer=category,
        )


def _agreed(said: Iterable[Category]) -> Category | None:
    distinct = frozenset(said)
    if distinct == _EITHER:
        return "targeting"
    return next(iter(distinct)) if len(distinct) == 1 else None


def _disagreement(group: Sequence[Claim]) -> str:
    words = " and ".join(dict.fromkeys(claim.word for claim in group))
    return f"The list says {words} of it: of performance and targeting, targeting answers."


def _reason(claim: Claim, disputed: bool) -> str:
    if disputed:
        return "the list also says otherwise, so it does not decide"
    if claim.category == "strictly-necessary":
        return "one list alone does not decide that"
    return "that alone does not decide"
