"""Blocking rules as the text that is compiled into the script, which banner/src/core/rules.js reads.

A line is `<code><vendor> pattern pattern …`. Codes: 0 to 3 the categories in the taxonomy's order; 4 a tag
manager, which any grant releases; 5 unclassified, which only a grant of everything releases. Patterns:
`host`, `host/path`, `/path` on the site's own host, `#name` of a cookie or storage key; `*` stands for any
letters. A host that starts with the vendor's slug is written without it (`hotjar .com`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

Code = Literal[0, 1, 2, 3, 4, 5]
NECESSARY: Code = 0
FUNCTIONAL: Code = 1
TAG_MANAGER: Code = 4
UNCLASSIFIED: Code = 5


class Rule(NamedTuple):
    """What one pattern (`host`, `host/path`, `/path` or `#name`) is. vendor: a slug, '' for nobody."""

    pattern: str
    code: Code
    vendor: str = ""

    @property
    def is_name(self) -> bool:
        """Say whether it speaks of a cookie or storage key."""
        return self.pattern.startswith("#")

    @property
    def is_own_path(self) -> bool:
        """Say whether it speaks of a path on the host of the page."""
        return self.pattern.startswith("/")

    @property
    def host(self) -> str:
        """The host of an address, '' for the site's own and for names."""
        return "" if self.is_name else self.pattern.partition("/")[0]

    @property
    def path(self) -> str:
        """The path of an address, '' for all of them and for names."""
        _, slash, rest = self.pattern.partition("/")
        return "" if self.is_name else slash + rest


def format_rules(rules: Iterable[Rule]) -> str:
    """Return the text for rules with a pattern each of its own.

    Vendors first appear in the order of their slugs: the consent cookie counts them, and their set, which the
    purposes hash covers, must fix the order.
    """
    lines: dict[tuple[str, Code], list[str]] = defaultdict(list)
    for rule in rules:
        lines[(rule.vendor, rule.code)].append(_shortened(rule))
    return "\n".join(
        " ".join([f"{code}{vendor}", *sorted(patterns, key=_reading_order)])
        for (vendor, code), patterns in sorted(lines.items())
    )


def parse_rules(text: str) -> Iterator[Rule]:
    """Yield the rules in a text that `format_rules` wrote."""
    for line in text.split("\n") if text else ():
        head, *patterns = line.split(" ")
        for pattern in patterns:
            whole = head[1:] + pattern if pattern.startswith(".") else pattern
            yield Rule(whole, _code(head[0]), head[1:])


def vendors_of(text: str) -> Sequence[str]:
    """Return the vendors' slugs by their index in the consent cookie."""
    return list(dict.fromkeys(line.split(" ")[0][1:] for line in text.split("\n") if line[1:2].strip()))


def highest_codes(rules: Iterable[Rule]) -> dict[str, Code]:
    """Return the highest code of each vendor's rules, in the order in which the vendors first appear."""
    highest: dict[str, Code] = {}
    for rule in rules:
        highest[rule.vendor] = max(highest.get(rule.vendor, rule.code), rule.code)
    return highest


def kinds_of(text: str) -> list[Code]:
    """Return the highest code of each vendor's rules, by their index in the consent cookie."""
    highest = highest_codes(parse_rules(text))
    return [highest[vendor] for vendor in vendors_of(text)]


def _code(digit: str) -> Code:
    codes: tuple[Code, ...] = (0, 1, 2, 3, 4, 5)
    return codes[int(digit)]


def _shortened(rule: Rule) -> str:
    rest = rule.pattern.removeprefix(rule.vendor) if rule.vendor else rule.pattern
    return rest if rest.startswith(".") else rule.pattern


def _reading_order(pattern: str) -> tuple[bool, str]:
    """Addresses before names, alike ones beside each other: what compresses best."""
    return pattern.startswith("#"), pattern
