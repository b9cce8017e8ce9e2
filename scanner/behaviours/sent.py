"""Which requests to third parties carry an identifier, and where in their address."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.behaviours.pieces import pieces
from consentinel.scanner.party import OwnHosts, registrable_domain
from consentinel.scanner.shapes import collapse_name

_REQUESTS = frozenset({"request", "pixel", "beacon", "script", "frame"})
_PLAIN_KEY = re.compile(r"[\w.:\[\]-]{1,40}", re.ASCII)


@dataclass(frozen=True)
class Carried:
    """An identifier in an address. where: `parameter uid` or `path`. form: the name of a hash, or ""."""

    identifier: str
    where: str
    form: str

    @property
    def what(self) -> str:
        """What the address holds, in words."""
        return f"the {self.form} hash of the value" if self.form else "the value"


@dataclass(frozen=True)
class Sending:
    """A request that carries an identifier: its place among the observations, and who gets it."""

    place: int
    to: str
    carried: Carried


def sendings(
    seen: Sequence[Judged], own: OwnHosts, forms: Mapping[str, tuple[str, str]]
) -> Iterator[Sending]:
    """Yield every identifier in every request to a third party that is not strictly necessary.

    A payment provider that gets the basket, or a bot check that gets its own number back, syncs nothing.
    """
    known: dict[str, tuple[Carried, ...]] = {}
    for place, judged in enumerate(seen):
        request = judged.observation
        if request.kind not in _REQUESTS or request.host in own or not forms:
            continue
        if judged.decision.category == "strictly-necessary":
            continue
        if request.url not in known:
            known[request.url] = tuple(dict.fromkeys(_carried(request.url, forms)))
        for carried in known[request.url]:
            yield Sending(place, registrable_domain(request.host), carried)


def _carried(url: str, forms: Mapping[str, tuple[str, str]]) -> Iterator[Carried]:
    for text, place, key in _places(url):
        for piece in pieces(text):
            found = forms.get(piece) or forms.get(piece.lower())
            if found is not None:
                yield Carried(found[0], _parameter(key, forms) if place == "parameter" else place, found[1])


def _places(url: str) -> Iterator[tuple[str, str, str]]:
    """Yield the texts of an address that may hold an identifier, where each stands, and its key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    yield from ((segment, "path", "") for segment in parts.path.split("/"))
    for pair in re.split("[&;]", parts.query):
        key, equals, value = pair.partition("=")
        yield (value, "parameter", key) if equals else (key, "query", "")


def _parameter(key: str, forms: Mapping[str, tuple[str, str]]) -> str:
    """Return how to name a parameter; one whose name holds an identifier itself stays unnamed."""
    plain = unquote(key)
    if not _PLAIN_KEY.fullmatch(plain) or any(piece in forms for piece in pieces(plain)):
        return "a parameter"
    return f"parameter {collapse_name(plain)}"
