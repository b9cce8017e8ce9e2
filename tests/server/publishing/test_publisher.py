import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from consentinel.scanner.errors import InputError
from consentinel.scanner.report import Report
from consentinel.server.errors import ServerError
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.events import NewEvent
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.restore import known_losses
from consentinel.server.ledger.shards import Head, heads_of
from consentinel.server.ledger.writer import Ledger, Recorded
from consentinel.server.publications import (
    artefact,
    encode_manifest,
    latest,
    latest_numbers,
    version_of,
    versions_of,
)
from consentinel.server.publishing.publisher import Publisher, Wanted
from consentinel.server.storage.database import Database
from consentinel.server.storage.scans import Packed, approved_report, packed
from consentinel.server.storage.sites import load_site
from consentinel.server.storage.tables import payloads, records
from tests.server.publishing.making import KEY, NOW_MS, PUBLIC, SITE, add_site, settings_text, shop_report


@pytest.fixture
def anchor(tmp_path: Path) -> Anchor:
    return Anchor(LineFile(tmp_path / "anchor.ndjson"), lambda: NOW_MS)


@pytest.fixture
def publisher(database: Database, anchor: Anchor) -> Publisher:
    ledger = Ledger(database, name="consent.example", clock=lambda: NOW_MS, anchor=anchor)
    return Publisher(database, ledger, PUBLIC, clock=lambda: NOW_MS)


def release(publisher: Publisher, wanted: Wanted | None = None) -> None:
    """Publish the shop as it is now."""
    prepared = publisher.prepare(wanted or Wanted(KEY))
    publisher.publish(prepared, publisher.contents(prepared), "ann")


def test_a_version_from_before_services_were_kept(publisher: Publisher, database: Database) -> None:
    add_site(database)
    prepared = publisher.prepare(Wanted(KEY))
    contents = [item for item in publisher.contents(prepared) if item.entry.role != "services"]
    publisher.publish(prepared, contents, "ann")
    assert publisher.prepare(Wanted(KEY)).changes == []


def test_a_version_has_its_artefacts_and_a_leaf(publisher: Publisher, database: Database) -> None:
    add_site(database)
    release(publisher, Wanted(KEY, report=shop_report()))
    with database.read() as connection:
        version = latest(connection, KEY)
        assert version is not None
        stored = {entry.name: artefact(connection, KEY, entry.sha256) for entry in version.manifest.artefacts}
        record = connection.execute(sa.select(records).where(records.c.id == version.record_id)).one()
        told = sa.select(payloads.c.event).where(payloads.c.record_id == version.record_id)
        event = json.loads(connection.execute(told).scalar_one())
    assert all(
        found and found.sha256 == entry.sha256
        for entry in version.manifest.artefacts
        for found in [stored[entry.name]]
    )
    script = stored["consentinel.js"]
    assert script is not None
    assert version.script_sha384 == hashlib.sha384(script.content).hexdigest()
    assert version.banner_hash == hashlib.sha256(encode_manifest(version.manifest)).hexdigest()
    assert (record.kind, record.site, record.subject) == ("publication", KEY, None)
    assert (event["banner_hash"], event["bundle_hash"]) == (version.banner_hash, version.bundle_hash)
    assert (event["version"], event["by"]) == ("1", "ann")


def test_versions_count_up_and_old_ones_stay(publisher: Publisher, database: Database) -> None:
    add_site(database)
    release(publisher)
    add_site(database, controller="Shop GmbH")
    release(publisher)
    with database.read() as connection:
        assert [version.number for version in versions_of(connection, KEY)] == [2, 1]
        assert latest_numbers(connection) == {KEY: 2}
        first = version_of(connection, KEY, 1)
        assert version_of(connection, KEY, 3) is None
        assert first is not None
        assert artefact(connection, KEY, first.bundle_hash)


def test_nothing_changes_where_nothing_has_changed(publisher: Publisher, database: Database) -> None:
    add_site(database, locales=["en", "de"])
    release(publisher)
    assert publisher.prepare(Wanted(KEY)).changes == []


def test_other_services_make_old_answers_void(publisher: Publisher, database: Database) -> None:
    add_site(database, controller="Shop GmbH")
    assert not publisher.prepare(Wanted(KEY)).asks_again
    release(publisher)
    add_site(database, controller="Shop GmbH", texts={"en": {"title": "Hello"}})
    assert not publisher.prepare(Wanted(KEY)).asks_again
    prepared = publisher.prepare(Wanted(KEY, report=shop_report("ads.example")))
    assert prepared.asks_again


def test_two_who_publish_at_once(publisher: Publisher, database: Database) -> None:
    """The second one has looked at a difference that is not true any more."""
    add_site(database)
    prepared = publisher.prepare(Wanted(KEY))
    release(publisher)
    with pytest.raises(ServerError, match="version 1 was published meanwhile"):
        publisher.publish(prepared, publisher.contents(prepared), "bob")
    with database.read() as connection:
        assert len(versions_of(connection, KEY)) == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(records)).scalar_one() == 1


def test_a_file_and_a_report_are_stored_with_the_version(
    publisher: Publisher, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "consentinel.yaml"
    file.write_text(settings_text(controller="Shop GmbH"))
    wanted = publisher.choose(None, [file], shop_report())
    assert wanted.site == KEY
    prepared = publisher.prepare(wanted)
    with database.read() as connection:
        assert load_site(connection, KEY) is None
    publisher.publish(prepared, publisher.contents(prepared), "ann")
    with database.read() as connection:
        site, scan, version = (
            load_site(connection, KEY),
            approved_report(connection, KEY),
            latest(connection, KEY),
        )
    assert site is not None
    assert site.source == "file"
    assert scan is not None
    assert version is not None
    assert (scan[0].approved_by, scan[0].sha256) == ("ann", version.manifest.scan_sha256)
    assert publisher.prepare(Wanted(KEY)).changes == []


def test_others_write_while_a_report_is_packed(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large one that takes a second; visitors' answers do not wait for it."""

    def pack(report: Report) -> Packed:
        with sqlite_database.write():
            return packed(report)

    monkeypatch.setattr("consentinel.server.publishing.publisher.packed", pack)
    add_site(sqlite_database)
    ledger = Ledger(sqlite_database, name="consent.example", clock=lambda: NOW_MS)
    release(Publisher(sqlite_database, ledger, PUBLIC), Wanted(KEY, report=shop_report()))


def test_what_is_stored_is_what_was_shown(publisher: Publisher, database: Database, tmp_path: Path) -> None:
    """The file changes while somebody reads the difference."""
    file = tmp_path / "consentinel.yaml"
    file.write_text(settings_text(controller="Shop GmbH"))
    wanted = publisher.choose(None, [file])
    file.write_text(settings_text(controller="Somebody else"))
    release(publisher, wanted)
    with database.read() as connection:
        site, version = load_site(connection, KEY), latest(connection, KEY)
        assert version is not None
        [entry] = version.manifest.of_role("settings")
        compiled = artefact(connection, KEY, entry.sha256)
    assert site is not None
    assert compiled is not None
    assert json.loads(compiled.content)["controller"] == "Shop GmbH"
    assert "Shop GmbH" in site.settings


def test_the_script_that_is_shown_is_the_one_that_is_published(
    publisher: Publisher, database: Database
) -> None:
    add_site(database)
    for controller in ("Shop GmbH", "Shop AG"):
        add_site(database, controller=controller)
        prepared = publisher.prepare(Wanted(KEY))
        [script] = [change for change in prepared.changes if change.section == "script"]
        version = publisher.publish(prepared, publisher.contents(prepared), "ann")
        assert version.bundle_hash.startswith(script.after)
        assert prepared.previous is None or prepared.previous.bundle_hash.startswith(script.before)


def test_the_approval_of_a_scan_is_in_the_ledger(publisher: Publisher, database: Database) -> None:
    add_site(database)
    release(publisher)
    release(publisher, Wanted(KEY, report=shop_report()))
    with database.read() as connection:
        scan = approved_report(connection, KEY)
        query = sa.select(payloads.c.event).join(records, records.c.id == payloads.c.record_id)
        found = [json.loads(event) for event in connection.execute(query.order_by(records.c.seq)).scalars()]
    assert scan is not None
    assert [event["type"] for event in found] == ["published", "approve-scan", "published"]
    told = {name: found[1][name] for name in ("site", "kind", "action", "by", "detail")}
    assert told == {
        "site": KEY,
        "kind": "audit",
        "action": "approve-scan",
        "by": "ann",
        "detail": f"scan {scan[0].id}",
    }


def entries(database: Database) -> int:
    """Return how many entries the ledger of the shop has."""
    with database.read() as connection:
        return sum(head.size for head in heads_of(connection, KEY))


def test_nothing_is_published_while_history_is_lost(
    publisher: Publisher, database: Database, anchor: Anchor
) -> None:
    add_site(database)
    release(publisher)
    add_site(database, controller="Shop GmbH")
    prepared = publisher.prepare(Wanted(KEY))
    anchor.remember([Head(f"consent.example/{KEY}/2026Q3", 5, bytes(32))])
    with pytest.raises(ServerError, match=r"^nothing is published: .*consentinel ledger accept-restore$"):
        publisher.publish(prepared, publisher.contents(prepared), "ann")
    assert entries(database) == 1
    with database.read() as connection:
        assert latest_numbers(connection) == {KEY: 1}


def test_the_way_on_is_told_once_where_the_anchor_is_gone(
    publisher: Publisher, database: Database, anchor: Anchor
) -> None:
    add_site(database)
    release(publisher)
    add_site(database, controller="Shop GmbH")
    prepared = publisher.prepare(Wanted(KEY))
    anchor.path.unlink()
    with pytest.raises(ServerError) as refused:
        publisher.publish(prepared, publisher.contents(prepared), "ann")
    assert str(refused.value).startswith("nothing is published: the anchor is missing: ")
    assert str(refused.value).count("consentinel ledger accept-restore") == 1


def test_no_scan_is_approved_while_history_is_lost(
    publisher: Publisher, database: Database, anchor: Anchor
) -> None:
    add_site(database)
    release(publisher)
    anchor.remember([Head(f"consent.example/{KEY}/2026Q3", 5, bytes(32))])
    with pytest.raises(ServerError, match=r"^nothing is approved: "):
        publisher.approve(Wanted(KEY, report=shop_report()), "ann")
    assert entries(database) == 1
    with database.read() as connection:
        assert approved_report(connection, KEY) is None


def test_a_loss_that_is_found_while_it_writes_stops_it(
    publisher: Publisher, database: Database, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_site(database)
    prepared = publisher.prepare(Wanted(KEY))
    append = publisher.ledger.append

    def found_meanwhile(connection: Connection, events: Sequence[NewEvent]) -> list[Recorded]:
        anchor.doubt(KEY, 1)
        return append(connection, events)

    monkeypatch.setattr(publisher.ledger, "append", found_meanwhile)
    with pytest.raises(ServerError, match=r"^nothing is published: "):
        publisher.publish(prepared, publisher.contents(prepared), "ann")
    assert entries(database) == 0


def test_a_publication_is_anchored(publisher: Publisher, database: Database, anchor: Anchor) -> None:
    """A backup from before it would be noticed, also where no server has run yet."""
    add_site(database)
    release(publisher)
    with database.read() as connection:
        assert set(heads_of(connection, KEY)) <= set(anchor.remembered())
    assert known_losses(database, anchor) == ()


def test_a_process_that_dies_after_the_commit_leaves_no_loss(
    publisher: Publisher, database: Database, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not with its very first leaf: the tree was anchored while it was empty."""
    add_site(database)
    remember = anchor.remember

    def dies(heads: Sequence[Head]) -> None:
        if any(head.size for head in heads):
            raise SystemExit(137)
        remember(heads)

    monkeypatch.setattr(anchor, "remember", dies)
    with pytest.raises(SystemExit):
        release(publisher)
    assert entries(database) == 1
    assert known_losses(database, anchor) == ()
    assert publisher.prepare(Wanted(KEY)).changes == []


def test_a_site_can_be_left_away_where_there_is_one(publisher: Publisher, database: Database) -> None:
    add_site(database)
    assert publisher.choose(None, []) == Wanted(KEY)
    add_site(database, "blog.example")
    with pytest.raises(ServerError, match=r"^which site\? Name it: blog.example, www.shop.example$"):
        publisher.choose(None, [])
    assert publisher.choose("blog.example", []) == Wanted("blog.example")


def test_without_any_site(publisher: Publisher) -> None:
    with pytest.raises(ServerError, match="none is known"):
        publisher.choose(None, [])


def test_a_file_with_a_mistake_names_its_line(publisher: Publisher, tmp_path: Path) -> None:
    file = tmp_path / "consentinel.yaml"
    file.write_text(f"site: {SITE}\nbanner:\n  mode: strickt\n")
    with pytest.raises(InputError, match=r"consentinel.yaml:3: "):
        publisher.choose(None, [file])


def test_sites_do_not_share_versions_or_artefacts(publisher: Publisher, database: Database) -> None:
    add_site(database)
    add_site(database, "blog.example")
    release(publisher)
    with database.read() as connection:
        version = latest(connection, KEY)
        assert version is not None
        assert latest(connection, "blog.example") is None
        assert artefact(connection, "blog.example", version.bundle_hash) is None
