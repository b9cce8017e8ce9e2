"""What was published of a site's banner: versions, each with a manifest that names its artefacts by hashes.

The manifest's own hash is in the ledger (kind "publication"), so that a record which names it proves which
script, texts, rules and screenshots the visitor was shown.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from consentinel.server.errors import StorageError
from consentinel.server.storage.tables import artefacts, versions
from consentinel.server.storage.upsert import insert

FORMAT: Literal["consentinel/publication/1"] = "consentinel/publication/1"
Role = Literal[
    "script",
    "variant",
    "part",
    "policy",
    "snippet",
    "texts",
    "rules",
    "services",
    "regimes",
    "settings",
    "hosting",
    "screenshot",
]


class RegimeFacts(msgspec.Struct, frozen=True):
    """A regime that the banner knows. where: ISO 3166 places, or "*". days: how long an answer lasts."""

    id: str
    where: tuple[str, ...]
    days: int


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One artefact of a version.

    layer, language, width (in CSS pixels): of a screenshot. regime: of a variant of the script.
    """

    name: str
    role: Role
    media_type: str
    sha256: str
    size: int
    layer: str = ""
    language: str = ""
    width: int = 0
    regime: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a version consists of.

    origin: scheme, host and port of the site. purposes: the fingerprint in its consent cookies. software: the
    version of consentinel. scan_sha256: the report that its rules were made from, '' for none.
    """

    format: Literal["consentinel/publication/1"] = FORMAT
    site: str
    number: int
    origin: str
    mode: str
    purposes: str
    cookie_domain: str
    regimes: tuple[RegimeFacts, ...]
    software: str
    scan_sha256: str
    artefacts: tuple[Entry, ...]

    def of_role(self, role: Role) -> tuple[Entry, ...]:
        """Return the artefacts of one role, in their order."""
        return tuple(entry for entry in self.artefacts if entry.role == role)

    @property
    def script(self) -> Entry:
        """The script that a page embeds."""
        return self.of_role("script")[0]

    @property
    def screenshots(self) -> tuple[Entry, ...]:
        """What visitors saw, by layer, language and width."""
        return self.of_role("screenshot")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One published version. banner_hash: of its manifest; record_id: of its record in the ledger."""

    site: str
    number: int
    manifest: Manifest
    banner_hash: str
    script_sha384: str
    record_id: bytes
    published_ms: int
    published_by: str

    @property
    def bundle_hash(self) -> str:
        """The SHA-256 of its script."""
        return self.manifest.script.sha256


class Artefact(msgspec.Struct, frozen=True):
    """The content of one artefact."""

    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """What it is stored under."""
        return hashlib.sha256(self.content).hexdigest()


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the manifest as JSON: the same manifest gives the same bytes, and so the same hash."""
    return msgspec.json.encode(manifest, order="sorted")


def decode_manifest(data: bytes) -> Manifest:
    """Return the manifest in `data`; raise StorageError where it is none."""
    try:
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StorageError(f"a published version cannot be read ({error}): put your backup back") from error


def latest(connection: Connection, site: str) -> Version | None:
    """Return the version that visitors of a site get; None where nothing was published."""
    found = _select(connection, versions.c.site == site, most=1)
    return found[0] if found else None


def versions_of(connection: Connection, site: str) -> list[Version]:
    """Return all versions of a site, the newest first."""
    return _select(connection, versions.c.site == site)


def version_of(connection: Connection, site: str, number: int) -> Version | None:
    """Return one version of a site; None where there is no such number."""
    found = _select(connection, versions.c.site == site, versions.c.number == number)
    return found[0] if found else None


def latest_numbers(connection: Connection) -> dict[str, int]:
    """Return the number of each site's newest version: whoever keeps versions in memory sees what is new."""
    newest = sa.select(versions.c.site, sa.func.max(versions.c.number)).group_by(versions.c.site)
    return {row[0]: row[1] for row in connection.execute(newest)}


def save_version(connection: Connection, version: Version) -> None:
    """Store a version whose artefacts are stored."""
    values = msgspec.structs.asdict(version) | {"manifest": encode_manifest(version.manifest)}
    del values["banner_hash"]
    connection.execute(sa.insert(versions).values(values))


def artefact(connection: Connection, site: str, sha256: str) -> Artefact | None:
    """Return what a site has stored under a hash; None where there is nothing."""
    place = sa.and_(artefacts.c.site == site, artefacts.c.sha256 == sha256)
    row = connection.execute(
        sa.select(artefacts.c.media_type, artefacts.c.content).where(place)
    ).one_or_none()
    return None if row is None else Artefact(row.media_type, bytes(row.content))


def save_artefacts(connection: Connection, site: str, found: Iterable[Artefact]) -> None:
    """Store artefacts of a site; those that are stored already stay as they are."""
    rows: Mapping[str, dict[str, object]] = {
        item.sha256: {
            "site": site,
            "sha256": item.sha256,
            "media_type": item.media_type,
            "content": item.content,
        }
        for item in found
    }
    if rows:
        connection.execute(insert(connection, artefacts).on_conflict_do_nothing(), list(rows.values()))


def _select(connection: Connection, *where: sa.ColumnElement[bool], most: int | None = None) -> list[Version]:
    query = sa.select(versions).where(*where).order_by(versions.c.number.desc()).limit(most)
    return [_version(row) for row in connection.execute(query)]


def _version(row: Row[tuple[object, ...]]) -> Version:
    return Version(
        site=row.site,
        number=row.number,
        manifest=decode_manifest(bytes(row.manifest)),
        banner_hash=hashlib.sha256(bytes(row.manifest)).hexdigest(),
        script_sha384=row.script_sha384,
        record_id=bytes(row.record_id),
        published_ms=row.published_ms,
        published_by=row.published_by,
    )
