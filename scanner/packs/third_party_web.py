"""third-party-web: who runs which hosts (https://github.com/patrickhulce/third-party-web).

Its README says what each of its categories holds; why some of them decide nothing: docs/packs.md.
"""

from collections.abc import Iterator

import msgspec

from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.claims import Claim, settled
from consentinel.scanner.packs.parsed import Label, ParsedPack
from consentinel.scanner.packs.texts import decoded, host_name, one_line
from consentinel.scanner.party import registrable_domain

# Categories that say what a host is for, and our sentence for it.
_CATEGORIES: dict[str, tuple[Category, str]] = {
    "ad": ("targeting", "Serves or measures advertising."),
    "analytics": ("performance", "Measures visitors and what they do on the site."),
    "customer-success": ("functional", "Lets visitors chat with the site or contact it."),
    "marketing": ("targeting", "Runs marketing campaigns: pop-ups, newsletters, contacts."),
    "social": ("targeting", "Connects the site with a social network."),
    "video": ("functional", "Plays videos."),
}
_CONFIDENCE = 0.75
_MAX_TEXT = 100
_BAD_HOSTS_ALLOWED = 0.05
# Many times as many as it has, entities or hosts: each is held in memory.
MAX_HOSTS = 100_000


class _Entity(msgspec.Struct):
    """A company or product of the file; further fields are not read."""

    name: str
    category: str
    domains: list[str]
    homepage: str = ""


def parse(data: bytes, label: Label) -> ParsedPack:
    """Return the pack in a JSON file of entities; raise PackError where it is another kind of file."""
    claims: list[Claim] = []
    named = 0
    for entity in _entities(data):
        named += len(entity.domains)
        if named > MAX_HOSTS:
            raise PackError(f"has more than {MAX_HOSTS:,} hosts: check what the address serves")
        claims.extend(_claims(entity))
    if not claims:
        raise PackError("has no hosts in it: check what the address serves")
    bad = named - len(claims)
    if bad > _BAD_HOSTS_ALLOWED * named:
        raise PackError(f"has {bad} bad hosts of {named}: its format has changed, update consentinel")
    return settled(label, claims)


def _entities(data: bytes) -> list[_Entity]:
    try:
        entities = msgspec.json.decode(decoded(data), type=list[_Entity])
    except (msgspec.DecodeError, RecursionError) as error:
        raise PackError(f"is not a list of entities ({error}): check what the address serves") from None
    if len(entities) > MAX_HOSTS:
        raise PackError(f"has more than {MAX_HOSTS:,} entities: check what the address serves")
    return entities


def _claims(entity: _Entity) -> Iterator[Claim]:
    vendor = one_line(entity.name, _MAX_TEXT)
    word = one_line(entity.category, _MAX_TEXT)
    category, purpose = _CATEGORIES.get(word, (None, ""))
    for host in filter(None, map(host_name, entity.domains)):
        yield Claim(
            kind="host",
            text=host,
            word=word or "nothing",
            category=category,
            vendor=vendor,
            purpose=purpose,
            check=one_line(entity.homepage, _MAX_TEXT),
            confidence=_CONFIDENCE,
            mute="anybody may live on that host" if category and _is_shared(host) else "",
        )


def _is_shared(host: str) -> bool:
    """Say whether strangers live under `host`, as under a public suffix (`github.io`)."""
    return registrable_domain(f"x.{host}") == f"x.{host}"
