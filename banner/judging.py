"""What the rules say of an address or a name: the same answers as banner/src/core/rules.js.

Rules with a path go before those without, exact names before those with globs, and then the longer pattern
before the shorter: it says more.
"""

import re
from collections.abc import Iterable, Sequence

from consentinel.banner.rule_text import NECESSARY, Rule

# More than any pattern is long.
_FIRST = 999


class Judge:
    """The rules, arranged to be asked. own: the page's host, then other hosts of the site."""

    def __init__(self, rules: Iterable[Rule], own: Sequence[str] = ()) -> None:
        page = own[0] if own else ""
        placed = (rule._replace(pattern=page + rule.pattern) if rule.is_own_path else rule for rule in rules)
        ordered = sorted([*(Rule(host, NECESSARY) for host in own), *placed], key=_weight, reverse=True)
        self._names = [(rule, _expression(rule)) for rule in ordered if rule.is_name]
        self._addresses = [(rule, _expression(rule)) for rule in ordered if not rule.is_name]

    def address(self, host: str, path: str = "/") -> Rule | None:
        """Return the rule that decides for an address, None where no rule knows it."""
        return next((rule for rule, fits in self._addresses if fits.match(host + path)), None)

    def name(self, name: str) -> Rule | None:
        """Return the rule that decides for a cookie or storage key, None where no rule knows it."""
        if name.startswith("consentinel"):
            return None
        return next((rule for rule, fits in self._names if fits.match(f"#{name}")), None)


def _weight(rule: Rule) -> int:
    return len(rule.pattern) + _FIRST * (bool(rule.path) - (rule.is_name and "*" in rule.pattern))


def _expression(rule: Rule) -> re.Pattern[str]:
    everything = "" if rule.is_name or rule.path else "/*"
    start = "" if rule.is_name else r"([^/]*\.)?"
    return re.compile(start + re.escape(rule.pattern + everything).replace(r"\*", ".*") + r"\Z")
