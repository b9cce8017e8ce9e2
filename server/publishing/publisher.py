"""From the wish to publish a site to its new version: what would change, and then the act itself."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import structs
from sqlalchemy.engine import Connection

from consentinel.banner.settings_file import parse_settings
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.report import Report
from consentinel.server.clock import Clock, now_ms
from consentinel.server.errors import ServerError
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.restore import known_losses, refusal
from consentinel.server.ledger.shards import heads_of
from consentinel.server.ledger.writer import Ledger
from consentinel.server.publications import Version, latest
from consentinel.server.publishing.contents import Content, contents_of, manifest_of
from consentinel.server.publishing.difference import Change, differences
from consentinel.server.publishing.draft import Draft, draft_of
from consentinel.server.publishing.release import Release, approval, publish
from consentinel.server.publishing.snapshot import draft_snapshot, published_snapshot, script_line
from consentinel.server.site_files import read_document, settings_of
from consentinel.server.storage.database import Database
from consentinel.server.storage.scans import Packed, approve_scan, approved_scan, packed, save_packed
from consentinel.server.storage.sites import all_sites, save_site


@dataclass(frozen=True)
class Wanted:
    """What to publish. settings: the site's file as it was read, None for those in the database.

    report: a scan to approve with it, None for the one that was approved last.
    """

    site: str
    settings: Document | None = None
    report: Report | None = None


@dataclass(frozen=True)
class Prepared:
    """A draft beside what is published. previous: None where nothing is."""

    wanted: Wanted
    draft: Draft
    previous: Version | None
    changes: Sequence[Change]

    @property
    def number(self) -> int:
        """The number of the new version."""
        return self.previous.number + 1 if self.previous else 1

    @property
    def asks_again(self) -> bool:
        """Whether earlier answers count no more: purposes or services are others than before."""
        before = self.previous.manifest.purposes if self.previous else None
        return before not in (None, self.draft.banner.purposes)


@dataclass(frozen=True)
class Publisher:
    """What publishing needs of the server. public_url: where browsers reach it."""

    database: Database
    ledger: Ledger
    public_url: str
    clock: Clock = now_ms

    def choose(self, site: str | None, files: Sequence[Path], report: Report | None = None) -> Wanted:
        """Return the site that is meant, with its settings file if one of `files` is about it.

        site: its host or address, None where nobody says it. Raises ServerError where it is unknown or not
        clear, and InputError for a file with mistakes.
        """
        with self.database.read() as connection:
            stored = {stored.key for stored in all_sites(connection)}
        return chosen(site, files, stored, report)

    def prepare(self, wanted: Wanted) -> Prepared:
        """Compile what is wanted, and compare it with what is published; nothing is written.

        Raises InputError for an unknown site and for settings that are wrong.
        """
        with self.database.read() as connection:
            return prepared(connection, wanted, self.public_url)

    def contents(self, prepared: Prepared) -> list[Content]:
        """Return the artefacts of the new version but for its screenshots."""
        return contents_of(prepared.draft.numbered(prepared.number), self.public_url)

    def publish(self, prepared: Prepared, contents: Sequence[Content], by: str) -> Version:
        """Store the version, its settings and its scan, all or nothing.

        Raises ServerError where another was published meanwhile and while history is lost, StorageError.
        """
        number, draft, now = prepared.number, prepared.draft, self.clock()
        manifest = manifest_of(draft.numbered(number), number, draft.scan_sha256, contents)
        report = packed(prepared.wanted.report) if prepared.wanted.report else None
        with self.database.write() as connection:
            scan = _save(connection, prepared.wanted, report, by, now)
            version = publish(connection, self.ledger, Release(manifest, contents, by, scan), now)
            heads = heads_of(connection, prepared.wanted.site)
            # last, so that none goes unseen that was found before the commit
            self.refuse_after_a_loss("published")
        self.ledger.remember(heads)
        return version

    def approve(self, wanted: Wanted, by: str) -> bool:
        """Store and approve a report, with nothing to publish; False where it is what counts already.

        Raises ServerError while history is lost, StorageError.
        """
        report = packed(wanted.report) if wanted.report else None
        if report is None:
            return False
        with self.database.write() as connection:
            before = approved_scan(connection, wanted.site)
            if before is not None and before.sha256 == report.sha256:
                return False
            scan = _save(connection, wanted, report, by, self.clock())
            if scan is not None:
                self.ledger.append(connection, [approval(wanted.site, scan, by)])
            heads = heads_of(connection, wanted.site)
            self.refuse_after_a_loss("approved")
        self.ledger.remember(heads)
        return True

    def refuse_after_a_loss(self, done: str) -> None:
        """Raise ServerError while history is lost. done: what is refused, as in `published`."""
        anchor = self.ledger.anchor
        if isinstance(anchor, Anchor) and (losses := known_losses(self.database, anchor)):
            raise ServerError(refusal(done, losses))


def chosen(site: str | None, files: Sequence[Path], stored: Set[str], report: Report | None = None) -> Wanted:
    """Return the site that is meant, as `Publisher.choose`. stored: the sites that the database knows."""
    documents = [read_document(file) for file in files]
    found = {parse_settings(item.data, item.name).host: item for item in documents}
    key = _only(found.keys() or stored) if site is None else _named(site, found.keys() | stored)
    return Wanted(key, found.get(key), report)


def _only(known: Set[str]) -> str:
    """Return the one site that there is."""
    if not known:
        problem = "write `site:` and `banner:` into consentinel.yaml here, or name the file with --config"
        raise ServerError(f"which site? none is known: {problem}")
    if len(known) > 1:
        raise ServerError(f"which site? Name it: {', '.join(sorted(known))}")
    return next(iter(known))


def _named(site: str, known: Set[str]) -> str:
    """Return the key of a site that somebody names by its host or its address."""
    try:
        key = urlsplit(site if "://" in site else f"//{site}").hostname
    except ValueError:
        key = None
    if key is None or key not in known:
        here = f"; those here: {', '.join(sorted(known))}" if known else ""
        raise ServerError(f"no site {site!r} here: add it to consentinel.yaml or in the dashboard{here}")
    return key


def prepared(connection: Connection, wanted: Wanted, public_url: str) -> Prepared:
    """Return what publishing now would change. Raises InputError, as `Publisher.prepare`."""
    draft = draft_of(connection, wanted.site, public_url, settings=wanted.settings, report=wanted.report)
    previous = latest(connection, wanted.site)
    old = published_snapshot(connection, previous) if previous else None
    new = draft_snapshot(draft, previous.number if previous else 1, public_url)
    changes = differences(old, new)
    if previous:
        number = previous.number + 1
        changes = [_numbered(change, draft, number) for change in changes]
    return Prepared(wanted, draft, previous, changes)


def _numbered(change: Change, draft: Draft, number: int) -> Change:
    """Return a change with what will be published: compared was a script with the number of the last one."""
    if change.section != "script":
        return change
    return structs.replace(change, after=script_line(draft.numbered(number)))


def _save(connection: Connection, wanted: Wanted, report: Packed | None, by: str, now: int) -> int | None:
    """Store what the version is made from, where it is not from the database; return a scan's id."""
    if wanted.settings:
        save_site(connection, wanted.site, settings_of(wanted.settings), "file", now)
    if report is None:
        return None
    scan = save_packed(connection, wanted.site, report, now)
    approve_scan(connection, wanted.site, scan.id, by, now)
    return scan.id
