"""The allow-list policy of each consent state, for csp.json and the servers that send it.

A policy lists what may be fetched; anything else is refused, whatever the page does. It never holds a hash or
nonce beside 'unsafe-inline', which one of them would switch off together with the site's own inline scripts
(https://www.w3.org/TR/CSP3/#allow-all-inline).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from consentinel.banner.judging import Judge
from consentinel.banner.regimes import Row
from consentinel.banner.rule_text import NECESSARY, TAG_MANAGER, UNCLASSIFIED, Rule
from consentinel.scanner.catalogue.taxonomy import CATEGORIES

# What no third party has a part in. Network schemes are written out, since `*` alone means http and https.
_INLINE = "'unsafe-inline' 'unsafe-eval' data: blob:"
_EVERYTHING = f"default-src * {_INLINE} ws: wss: filesystem: mediastream:"
_OPTIONAL = CATEGORIES[1:]
_ALL = frozenset((1, 2, 3))
# Granted while nobody has answered; signal_opt_out only without the signal (banner/regimes.yaml).
_GRANTED_AT_FIRST = frozenset(("notice_and_objection", "opt_out", "signal_opt_out", "exempt"))


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What policies are made from.

    own: domains of the site. addresses: the folders of the script's parts and of the API. seen: what was seen
    (`host/path`), which matters where a wildcard would let too much in. regimes: rows as compiled; of several
    the visitor's is not known here, so that the strictest counts. secure: whether the site is on https.
    """

    rules: Sequence[Rule]
    own: Collection[str]
    addresses: Collection[str] = ()
    seen: Collection[str] = ()
    regimes: Sequence[Row] = ()
    secure: bool = True

    @cached_property
    def judge(self) -> Judge:
        """What the rules say of a host."""
        return Judge(self.rules)


def policies(sources: Sources) -> dict[str, str]:
    """Return each state's policy on one line without double quotes, by the keys of DESIGN.md section 4."""
    found = {
        "no-choice": _policy(sources, _at_first(sources, signal=False)),
        "reject": _policy(sources, frozenset()),
        "accept": _EVERYTHING,
        "withdrawn": _policy(sources, frozenset()),
        "gpc": _policy(sources, _at_first(sources, signal=True)),
    }
    for size in range(1, len(_OPTIONAL) + 1):
        for granted in combinations(range(1, len(_OPTIONAL) + 1), size):
            found["+".join(CATEGORIES[index] for index in granted)] = _policy(sources, frozenset(granted))
    return found


class _Choice(NamedTuple):
    """granted: codes of categories. exempt: services that need no consent under the regime."""

    granted: frozenset[int]
    exempt: Collection[str]

    def allows(self, rule: Rule) -> bool:
        """Say whether what a rule speaks of may run."""
        if rule.code == NECESSARY or rule.vendor in self.exempt:
            return True
        if rule.code == TAG_MANAGER:
            return bool(self.granted)
        return self.granted == _ALL if rule.code == UNCLASSIFIED else rule.code in self.granted


def _at_first(sources: Sources, *, signal: bool) -> frozenset[int]:
    if len(sources.regimes) != 1:
        return frozenset()
    obligations = sources.regimes[0]["purposes"]
    free = _GRANTED_AT_FIRST - {"signal_opt_out"} if signal else _GRANTED_AT_FIRST
    return frozenset(code for code, obligation in enumerate(obligations, 1) if obligation in free)


def _exempt(sources: Sources) -> Collection[str]:
    return sources.regimes[0].get("exempt", ()) if len(sources.regimes) == 1 else ()


def _policy(sources: Sources, granted: frozenset[int]) -> str:
    if granted == _ALL:
        return _EVERYTHING
    choice = _Choice(granted, _exempt(sources))
    # a folder of the site itself is in 'self'
    origins = [_folder(address) for address in sources.addresses if not address.startswith("/")]
    listed = [*_own(sources), *origins, *sorted(_listed(sources, choice))]
    return " ".join(["default-src 'self'", _INLINE, *dict.fromkeys(listed)])


def _own(sources: Sources) -> Iterator[str]:
    """Yield the site's hosts by name.

    In frames and workers without an address of their own `'self'` is nobody (measured: Firefox, WebKit).
    """
    schemes = ("", "wss://") if sources.secure else ("", "ws://", "wss://")
    hosts = [text for domain in sorted(sources.own) for text in _with_subdomains(domain)]
    yield from (f"{scheme}{host}" for scheme in schemes for host in hosts)


def narrowed(sources: Sources) -> list[str]:
    """Return the patterns that before consent stand for seen addresses only, as a path there is gated."""
    choice = _Choice(frozenset(), _exempt(sources))
    gated = _gated(sources, choice)
    return sorted(
        rule.pattern
        for rule in sources.rules
        if rule.host and choice.allows(rule) and any(_has_path_in(other, rule) for other in gated)
    )


def _gated(sources: Sources, choice: "_Choice") -> list[Rule]:
    return [rule for rule in sources.rules if rule.host and not choice.allows(rule)]


def _listed(sources: Sources, choice: "_Choice") -> Iterator[str]:
    gated = _gated(sources, choice)
    for rule in sources.rules:
        if not rule.host or not choice.allows(rule):
            continue
        if any(_has_path_in(other, rule) for other in gated):
            yield from _seen_addresses(sources, rule)
        elif any(_is_below(other, rule) for other in gated) and not rule.path:
            yield from (f"{host}:*" for host in _seen_below(sources, choice, rule))
        else:
            yield from _said(rule)


def _is_below(gated: Rule, rule: Rule) -> bool:
    return gated.host.endswith(f".{rule.host}")


def _has_path_in(gated: Rule, rule: Rule) -> bool:
    """Say whether a gated path lies where a policy would let in all that the rule is about.

    Hosts with a star are compared by what follows it.
    """
    if not gated.path:
        return False
    one, other = (host.host.rpartition("*")[2] for host in (gated, rule))
    if one != other and not f".{one}".endswith(f".{other}") and not f".{other}".endswith(f".{one}"):
        return False
    stem, folder = gated.path.partition("*")[0], _path(rule.path)
    is_folder = not rule.path or folder in ("", "/") or folder.endswith("/")
    inside = quote(unquote(stem), safe="/").startswith(folder) if is_folder else stem == rule.path
    return inside or ("*" in gated.path and folder.startswith(stem))


def _seen_addresses(sources: Sources, rule: Rule) -> Iterator[str]:
    """Yield the addresses that were seen, that the rule decides about, one by one.

    A policy takes what ends with a slash for all below it, so that such addresses are left out.
    """
    for address in sources.seen:
        host, slash, path = address.partition("/")
        found = sources.judge.address(host, slash + path)
        if path and not path.endswith("/") and found == rule:
            yield f"{host}:*{quote(unquote(slash + path), safe='/')}"


def _seen_below(sources: Sources, choice: "_Choice", rule: Rule) -> Iterator[str]:
    """Yield a host of which a part is gated, and what was seen below it and is not."""
    yield rule.host
    for host in {address.partition("/")[0] for address in sources.seen}:
        found = sources.judge.address(host) if host.endswith(f".{rule.host}") else None
        if found is not None and choice.allows(found):
            yield host


def _said(rule: Rule) -> Iterator[str]:
    """Yield how a policy says a rule; it knows a star as the first label only."""
    _, star, behind = rule.host.rpartition("*")
    host, path = (f"*.{behind.partition('.')[2]}" if star else rule.host), _path(rule.path)
    yield from (text + path for text in ([f"{host}:*"] if star else _with_subdomains(host)))


def _with_subdomains(host: str) -> tuple[str, ...]:
    """Return a host on any port, as rules mean it, and its subdomains where it may have any."""
    if "." not in host or host.startswith("www.") or host.rpartition(".")[2].isdigit():
        return (f"{host}:*",)
    return (f"{host}:*", f"*.{host}:*")


def _path(path: str) -> str:
    """Return the part of a path before its first glob, up to a `/`, as policies match prefixes by folders."""
    stem, star, _ = path.partition("*")
    if star:
        stem = stem[: stem.rfind("/") + 1]
    return "" if stem == "/" else quote(unquote(stem), safe="/")


def _folder(address: str) -> str:
    """Return how a policy says all below an address: not its whole host, which may be a CDN's."""
    parts = urlsplit(address)
    path = quote(unquote(parts.path.rstrip("/")), safe="/")
    return f"{parts.scheme}://{parts.netloc}" + (f"{path}/" if path else "")
