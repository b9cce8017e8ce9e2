"""robots.txt: may this page be visited? RFC 9309 for the product token `consentinel`."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from consentinel.scanner.observations import Gap
from consentinel.scanner.urls import escape

PRODUCT_TOKEN = "consentinel"  # noqa: S105 - a crawler's name in RFC 9309 words, not a secret
# RFC 9309 section 2.5: a crawler reads at least this much; what comes later is ignored.
MAX_BYTES = 512 * 1024

_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")


@dataclass(frozen=True)
class Rule:
    """One Allow or Disallow line, its pattern with escapes in normal form."""

    pattern: str
    allow: bool


@dataclass(frozen=True)
class Robots:
    """The rules that hold for one product, and the sitemaps that the file names, in its order."""

    rules: tuple[Rule, ...] = ()
    sitemaps: tuple[str, ...] = ()

    def allows(self, url: str) -> bool:
        """Say whether the page may be visited: the longest matching pattern decides, Allow wins a tie."""
        parts = urlsplit(url)
        path = escape(parts.path or "/") + (f"?{escape(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        matching = [rule for rule in self.rules if _matches(rule.pattern, path)]
        return max(matching, key=lambda rule: (len(rule.pattern), rule.allow), default=_ALLOW_ALL).allow


_ALLOW_ALL = Rule("", allow=True)


def parse_robots(data: bytes, product: str = PRODUCT_TOKEN) -> Robots:
    """Return the rules of `data` for `product`, or else those for `*`; never raises.

    Groups for the same product are one group. Crawl-delay and unknown lines are ignored: the budgets of a
    scan are its own.
    """
    named: list[Rule] = []
    others: list[Rule] = []
    sitemaps: list[str] = []
    agents: set[str] = set()
    saw_named = in_rules = False
    for key, value in _lines(data):
        if key == "sitemap":
            sitemaps.append(value)
        elif key == "user-agent":
            agents = {_token(value)} if in_rules else agents | {_token(value)}
            saw_named = saw_named or _token(value) == product
            in_rules = False
        elif key in ("allow", "disallow"):
            in_rules = True
            groups = (named, product), (others, "*")
            _add_rule([rules for rules, agent in groups if agent in agents], key, value)
    return Robots(tuple(named if saw_named else others), tuple(dict.fromkeys(sitemaps)))


def robots_of_response(url: str, status: int | None, body: bytes) -> tuple[Robots, Gap | None]:
    """Return the rules that the answer for robots.txt means; `status` is None where none came.

    2xx: its rules. 3xx (more redirects than were followed) and 4xx: no rules (RFC 9309 2.3.1.2, 2.3.1.3).
    5xx and unreachable: the RFC says to stay away. That protects a server in trouble from a crawler which can
    come back any day; a scan is asked for by the site's operator, now, and limited to a few pages, so it goes
    on and the report shows a gap.
    """
    if status is not None and 200 <= status < 300:
        return parse_robots(body), None
    if status is not None and status < 500:
        return Robots(), None
    problem = "did not answer" if status is None else f"answered {status}"
    return Robots(), Gap(
        kind="robots", where=url, reason=f"robots.txt {problem}: scanned as if it had no rules"
    )


def _lines(data: bytes) -> list[tuple[str, str]]:
    text = data[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    pairs = (line.partition("#")[0].partition(":") for line in _LINE_END.split(text))
    return [(key.strip().lower(), value.strip()) for key, colon, value in pairs if colon]


def _token(value: str) -> str:
    """Return the product token at the start of a User-agent value: `Consentinel/1.0` -> `consentinel`."""
    found = _TOKEN.match(value)
    return found[0].lower() if found else value


def _add_rule(groups: list[list[Rule]], key: str, value: str) -> None:
    """Add a rule; an empty pattern matches nothing (RFC 9309 2.2.2)."""
    for rules in groups:
        if value:
            rules.append(Rule(escape(value), allow=key == "allow"))


def _matches(pattern: str, path: str) -> bool:
    """Match from the start, `*` = anything, a final `$` = the end; linear, so no pattern can stall a scan."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    last = rest.pop() if anchored and rest else None
    for part in rest:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if last is not None:
        return len(path) - len(last) >= position and path.endswith(last)
    return not anchored or position == len(path)
