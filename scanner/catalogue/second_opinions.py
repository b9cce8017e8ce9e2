"""What is not the catalogue's own: filter lists, and what packs say without deciding.

They answer where no entry does, or add a sentence of evidence to what an entry answers.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.filter_lists import ListHit, Lists
from consentinel.scanner.catalogue.subject import Decision, Subject

Hints = Callable[[Subject], tuple[str, ...]]
_CONFIDENCE = 0.6
# As much of a list's rule as its evidence shows: rules with hundreds of sites in `domain=` run to thousands.
_MAX_RULE = 300
_HASH_LENGTH = 8
# A scan asks for the same requests in each state.
_REMEMBERED = 4096


class SecondOpinions:
    """lists: filter lists ready to be asked, if any. hints: returns sentences about a subject."""

    def __init__(self, lists: Lists | None = None, hints: Hints | None = None) -> None:
        self.lists = lists
        self._match = lru_cache(maxsize=_REMEMBERED)(lists.match) if lists else None
        self._hints = hints

    def by_list(self, facts: Facts) -> Decision | None:
        """A filter list has a rule for this host, and the list says what for."""
        hit = self._hit(facts)
        if hit is None or hit.category is None:
            return None
        return Decision(
            category=hit.category,
            purpose=f"Serves or measures advertising, as {hit.title} has it.",
            rule=f"pack:{hit.list_id}/{_short(hit.rule)}",
            layer="pack",
            confidence=_CONFIDENCE,
            evidence=(hit.evidence,),
        )

    def evidence(self, facts: Facts, decision: Decision) -> tuple[str, ...]:
        """Return what speaks about a subject beside the rule that decided."""
        hit = self._hit(facts)
        told = () if hit is None else (hit.evidence,)
        hints = self._hints(facts.subject) if self._hints and decision.category is None else ()
        return tuple(line for line in (*told, *hints) if line not in decision.evidence)

    def _hit(self, facts: Facts) -> ListHit | None:
        subject = facts.subject
        if self._match is None or not subject.url or subject.kind in ("cookie", "storage", "captcha"):
            return None
        return self._match(subject.url, subject.site, subject.resource_type, subject.party)


def _short(rule: str) -> str:
    """Return a rule, or of a long one its start and a hash of all of it, so that two stay two."""
    if len(rule) <= _MAX_RULE:
        return rule
    return f"{rule[:_MAX_RULE]}…#{hashlib.sha256(rule.encode()).hexdigest()[:_HASH_LENGTH]}"
