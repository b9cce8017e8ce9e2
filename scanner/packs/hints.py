"""What packs say without deciding, looked up by subject."""

from collections.abc import Iterable, Iterator

from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.packs.parsed import Hint


class Hints:
    """All hints of the installed packs, in their order of priority."""

    def __init__(self, hints: Iterable[Hint] = ()) -> None:
        self._hosts: dict[str, list[Hint]] = {}
        self._exact: dict[str, list[Hint]] = {}
        self._prefixes: dict[str, list[Hint]] = {}
        for hint in hints:
            names = self._prefixes if hint.how == "prefix" else self._exact
            (self._hosts if hint.kind == "host" else names).setdefault(hint.text, []).append(hint)
        self._lengths = tuple(sorted({len(text) for text in self._prefixes}, reverse=True))

    def about(self, subject: Subject) -> tuple[str, ...]:
        """Return the sentences about a subject: about its name, then about the third-party host it is at."""
        facts = Facts(subject)
        names = self._about_name(facts) if subject.kind in ("cookie", "storage") else ()
        return tuple(dict.fromkeys(hint.says for hint in (*names, *self._about_host(facts))))

    def _about_name(self, facts: Facts) -> Iterator[Hint]:
        name = facts.subject.name
        starts = (self._prefixes.get(name[:length], ()) for length in self._lengths if length <= len(name))
        for hints in (self._exact.get(name, ()), *starts):
            yield from (hint for hint in hints if _at_its_domain(hint, facts))

    def _about_host(self, facts: Facts) -> Iterable[Hint]:
        if facts.first_party:
            return ()
        found = (self._hosts[host] for host in facts.suffixes if host in self._hosts)
        return next(found, ())


def _at_its_domain(hint: Hint, facts: Facts) -> bool:
    return not hint.domains or any(domain in facts.suffixes for domain in hint.domains)
