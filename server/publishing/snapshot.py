"""What a version says, in lines that two versions can be compared by."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args

from sqlalchemy.engine import Connection

from consentinel.banner.compile import Banner
from consentinel.banner.vendors import ItemTold, VendorTold
from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from consentinel.server.errors import StorageError
from consentinel.server.publications import Role, Version, artefact
from consentinel.server.publishing.contents import contents_of
from consentinel.server.publishing.draft import Draft

Section = Literal["settings", "theme", "regimes", "rules", "services", "texts", "policy", "script"]
SECTIONS: tuple[Section, ...] = get_args(Section)
Snapshot = Mapping[Section, Mapping[str, str]]
"""By section and name of each thing what it is, in words."""

_ROLES: tuple[Role, ...] = ("script", "policy", "regimes", "rules", "services", "settings", "texts")
# They have sections of their own.
_NOT_SETTINGS = ("theme", "texts", "rules")
_HASH_LENGTH = 16


def published_snapshot(connection: Connection, version: Version) -> Snapshot:
    """Return what a published version says; raises StorageError where an artefact is gone."""
    kept = [role for role in _ROLES if version.manifest.of_role(role)]  # early versions have no services
    return _snapshot({role: _stored(connection, version, role) for role in kept}, version.bundle_hash)


def script_line(banner: Banner) -> str:
    """Return what is told of a banner's script: the beginning of its SHA-256."""
    return hashlib.sha256(banner.script.encode()).hexdigest()[:_HASH_LENGTH]


def draft_snapshot(draft: Draft, number: int, public_url: str) -> Snapshot:
    """Return what a draft says. number: that of the version to compare with, which the script holds, too."""
    found = {item.entry.role: item for item in contents_of(draft.numbered(number), public_url)}
    contents = {role: found[role].artefact.content for role in _ROLES}
    return _snapshot(contents, found["script"].entry.sha256)


def _stored(connection: Connection, version: Version, role: Role) -> bytes:
    [entry] = version.manifest.of_role(role)
    found = artefact(connection, version.site, entry.sha256)
    if found is None:
        raise StorageError(f"{entry.name} of version {version.number} is not stored: put your backup back")
    return found.content


def _snapshot(contents: Mapping[Role, bytes], script_sha256: str) -> Snapshot:
    read = {role: json.loads(content) for role, content in contents.items() if role != "script"}
    settings = read["settings"]
    found: dict[Section, Mapping[str, str]] = {
        "settings": dict(_flat({key: settings[key] for key in settings if key not in _NOT_SETTINGS})),
        "theme": dict(_flat(settings["theme"])),
        "regimes": {row["id"]: _regime(row) for row in read["regimes"]},
        "rules": {rule["pattern"]: _rule(rule) for rule in read["rules"]},
        "texts": dict(_flat(read["texts"])),
        "policy": {
            f"{state} {name}": rest
            for state in read["policy"]
            for name, rest in _directives(read["policy"][state])
        },
        "script": {"consentinel.js": script_sha256[:_HASH_LENGTH]},
    }
    if "services" in read:
        found["services"] = _services(read["services"])
    return found


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is set, by the path to it; what is not set is nothing to compare."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{key}.")
        elif item not in ("", [], None, False):
            yield f"{prefix}{key}", ", ".join(map(str, item)) if isinstance(item, list) else str(item)


def _regime(row: Mapping[str, Any]) -> str:
    exempt = f"; exempt: {', '.join(row['exempt'])}" if "exempt" in row else ""
    wins = "; an opt-in under the signal counts" if row.get("optInWins") else ""
    asked = ", ".join(map(" ".join, zip(CATEGORIES[1:], row["purposes"], strict=True)))
    return f"{asked}; {row['days']} days{exempt}{wins}"


def _rule(rule: Mapping[str, str]) -> str:
    return f"{rule['category']} ({rule['vendor']})" if rule["vendor"] else rule["category"]


def _services(entries: Iterable[VendorTold]) -> dict[str, str]:
    """Return by its name what a service does; one that is told in several categories has all of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        stored = ", ".join(map(_item, entry["items"]))
        found[entry["name"]].append(f"{entry['category']}: {stored}" if stored else entry["category"])
    return {name: "; ".join(told) for name, told in found.items()}


def _item(item: ItemTold) -> str:
    return f"{item['kind']} {item['name']} ({_kept(item['days'])})"


def _kept(days: int | None) -> str:
    if days is None:
        return "until it is deleted"
    return f"{days} day{'s' * (days != 1)}" if days else "session"


def _directives(policy: str) -> Iterator[tuple[str, str]]:
    for directive in policy.split(";"):
        name, _, sources = directive.strip().partition(" ")
        if name:
            yield name, sources or "yes"
