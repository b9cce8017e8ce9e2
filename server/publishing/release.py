"""The act of publishing: artefacts, manifest, version and its leaf in the ledger, in one transaction."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.server.errors import ServerError
from consentinel.server.ledger.events import NewEvent, own_event_id
from consentinel.server.ledger.writer import Ledger
from consentinel.server.publications import (
    Manifest,
    Version,
    encode_manifest,
    latest,
    save_artefacts,
    save_version,
)
from consentinel.server.publishing.contents import Content
from consentinel.server.storage.tables import sites


@dataclass(frozen=True)
class Release:
    """What is about to be published. contents: with the screenshots. by: who said yes.

    scan: the id of a scan that they approve with it, None for none.
    """

    manifest: Manifest
    contents: Sequence[Content]
    by: str
    scan: int | None = None


def publish(connection: Connection, ledger: Ledger, release: Release, now: int) -> Version:
    """Store a version and write it into the ledger, within the caller's transaction. now: in ms since 1970.

    The caller tells `ledger.remember` once that is committed. Raises ServerError where another version was
    published since this one was looked at.
    """
    manifest = release.manifest
    _check_next(connection, manifest)
    encoded = encode_manifest(manifest)
    banner_hash = hashlib.sha256(encoded).hexdigest()
    approvals = [] if release.scan is None else [approval(manifest.site, release.scan, release.by)]
    *_, recorded = ledger.append(connection, [*approvals, _event(manifest, banner_hash, release.by)])
    version = Version(
        site=manifest.site,
        number=manifest.number,
        manifest=manifest,
        banner_hash=banner_hash,
        script_sha384=_sha384_of_script(release),
        record_id=recorded.id,
        published_ms=now,
        published_by=release.by,
    )
    save_artefacts(connection, manifest.site, (item.artefact for item in release.contents))
    save_version(connection, version)
    return version


def _check_next(connection: Connection, manifest: Manifest) -> None:
    """Take turns with other publishers of the site (SQLite has one writer anyway)."""
    connection.execute(sa.select(sites.c.key).where(sites.c.key == manifest.site).with_for_update())
    before = latest(connection, manifest.site)
    if manifest.number != (before.number if before else 0) + 1:
        raise ServerError(f"version {manifest.number} was published meanwhile: look at the difference again")


def _event(manifest: Manifest, banner_hash: str, by: str) -> NewEvent:
    body = {
        "banner_hash": banner_hash,
        "bundle_hash": manifest.script.sha256,
        "version": str(manifest.number),
        "purposes_hash": manifest.purposes,
        "by": by,
    }
    return NewEvent(
        site=manifest.site,
        kind="publication",
        type="published",
        event_id=str(uuid.uuid4()),
        body=body,
    )


def approval(site: str, scan: int, by: str) -> NewEvent:
    """Return the entry that the dashboard makes where somebody approves a scan there."""
    return NewEvent(
        site=site,
        kind="audit",
        type="approve-scan",
        event_id=own_event_id(),
        body={"action": "approve-scan", "by": by, "detail": f"scan {scan}"},
    )


def _sha384_of_script(release: Release) -> str:
    [script] = [item for item in release.contents if item.entry.role == "script"]
    return hashlib.sha384(script.artefact.content).hexdigest()
