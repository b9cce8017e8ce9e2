"""Rules without those that others say already: each costs every visitor bytes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from consentinel.banner.rule_text import NECESSARY, Code, Rule


def strictest(rules: Iterable[Rule]) -> list[Rule]:
    """Return one rule for each pattern: of several the one that is released last, then by its vendor's slug.

    A tag manager (which any grant releases) stays one whatever else is said of its address, since what it
    loads is judged by itself.
    """
    chosen: dict[str, Rule] = {}
    for rule in rules:
        before = chosen.get(rule.pattern)
        chosen[rule.pattern] = rule if before is None else min(before, rule, key=_rank)
    return [chosen[pattern] for pattern in sorted(chosen)]


def _rank(rule: Rule) -> tuple[int, str]:
    order: tuple[Code, ...] = (4, 5, 3, 2, 1, 0)
    return order.index(rule.code), rule.vendor


def without_covered(rules: Iterable[Rule], above: Sequence[Rule]) -> list[Rule]:
    """Return the rules that no rule of the operator (`above`) speaks of already."""
    return [rule for rule in rules if not any(covers(own, rule) for own in above)]


def covers(wide: Rule, rule: Rule) -> bool:
    """Say whether everything that `rule` speaks of is spoken of by `wide`, too."""
    if wide.is_name or rule.is_name:
        return wide.is_name == rule.is_name and _fits(wide.pattern, rule.pattern)
    if not wide.host or not rule.host:
        return wide.host == rule.host and _fits_path(wide.path, rule.path)
    return _fits_host(wide.host, rule.host) and (not wide.path or _fits_path(wide.path, rule.path))


def pruned(rules: Sequence[Rule], *, closed: bool) -> list[Rule]:
    """Return the rules that change an answer.

    closed: third parties that no rule knows are blocked, so what is strictly necessary has to be listed.
    """
    wider = _Wider(rules)
    return [rule for rule in rules if not _is_redundant(rule, wider, closed=closed)]


class _Wider:
    """Finds the rules that cover another one without asking all of them: few have globs."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._by_host: dict[str, list[Rule]] = defaultdict(list)
        self._with_globs = {True: list[Rule](), False: list[Rule]()}
        for rule in rules:
            if rule.host and "*" not in rule.host:
                self._by_host[rule.host].append(rule)
            elif "*" in rule.pattern:
                self._with_globs[rule.is_name].append(rule)

    def than(self, rule: Rule) -> list[Rule]:
        """Return the rules, other than itself, that cover a rule."""
        at = [other for host in _parents(rule) for other in self._by_host.get(host, ())]
        candidates = (*at, *self._with_globs[rule.is_name])
        return [other for other in candidates if other != rule and covers(other, rule)]

    def parent(self, rule: Rule) -> Rule | None:
        """Return the rule for the nearest host that holds the host of a rule."""
        hosts = (self._by_host.get(host, ()) for host in _parents(rule))
        found = (other for others in hosts for other in others if not other.path and other != rule)
        return next(found, None)


def _is_redundant(rule: Rule, wider: _Wider, *, closed: bool) -> bool:
    """A necessary one that nothing else would hold back; one that a parent host's rule repeats."""
    others = wider.than(rule)
    if rule.code == NECESSARY and not any(other.code for other in others):
        return rule.is_name or not rule.host or not closed
    if rule.is_name or not rule.host:
        return bool(others) and all(_alike(other, rule) for other in others)
    parent = wider.parent(rule)
    has_globs = any("*" in other.host or other.path for other in others)
    return parent is not None and _alike(parent, rule) and not has_globs


def _alike(one: Rule, other: Rule) -> bool:
    return (one.code, one.vendor) == (other.code, other.vendor)


def _parents(rule: Rule) -> Iterator[str]:
    """Yield the host of a rule and those that hold it, the nearest first."""
    labels = rule.host.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def _fits_host(pattern: str, host: str) -> bool:
    if "*" not in pattern:
        return host == pattern or host.endswith(f".{pattern}")
    return _fits(pattern, host) or _fits(f"*.{pattern}", host)


def _fits_path(pattern: str, path: str) -> bool:
    return bool(path) and _fits(pattern, path)


def _fits(pattern: str, text: str) -> bool:
    """Say whether a text matches; `[` and `?` are letters here."""
    if "*" not in pattern or not text.startswith(pattern.partition("*")[0]):
        return text == pattern
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))
