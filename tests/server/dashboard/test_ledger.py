"""The ledger's page and the audit log."""

from consentinel.server.ledger.checkpoint import checkpoint_all
from consentinel.server.ledger.erasure import COMMAND_LINE, erase
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, publish_typical, typical
from tests.server.ledger.histories import consent


def test_trees_with_their_checkpoints(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    publish_typical(console.database, console.services.ledger)
    assert "none yet" in console.get("/admin/ledger")
    service = console.services
    checkpoint_all(service.database, service.keys, service.clock)
    text = console.get("/admin/ledger")
    assert SITE in text
    assert "The database holds everything that was anchored." in text
    note = console.client.get("/admin/ledger/1/checkpoint")
    assert note.text.startswith(f"127.0.0.1/{SITE}/2026Q4\n1\n")
    assert "\u2014 127.0.0.1" in note.text


def test_a_lost_history_is_told_on_every_first_page(console: Console) -> None:
    console.services.history.losses = ("the tree x had 9 leaves, the database has 3",)
    text = console.get("/admin/ledger")
    assert "the tree x had 9 leaves" in text
    assert "consentinel ledger accept-restore" in text
    assert "Part of the ledger's history is lost." in console.get("/admin/")


def test_the_page_of_a_damaged_anchor_is_there(console: Console) -> None:
    console.services.anchor.path.write_bytes(b"?\n")
    assert "Ledger" in console.get("/admin/ledger")


def test_the_audit_log_by_site(console: Console) -> None:
    console.post("/admin/sites", {"address": "https://one.example/"})
    console.post("/admin/sites", {"address": "https://two.example/"})
    assert console.get("/admin/audit").count("add site") == 2
    text = console.get("/admin/audit?site=one.example")
    assert text.count("add site") == 1
    assert ">ada</td>" in text


def test_the_audit_log_says_how_many_were_erased_and_by_whom(console: Console) -> None:
    service, origin = console.services, f"127.0.0.1/{SITE}/2026Q4"
    with service.database.write() as connection:
        [first] = service.ledger.append(connection, [consent(site=SITE)])
        chain = [consent("changed", site=SITE, after=first) for _ in range(3)]
        service.ledger.append(connection, chain)
    erase(service.database, service.ledger, SITE, first.id, COMMAND_LINE)
    text = console.get("/admin/audit")
    assert f"4 of {origin}: request" in text
    assert ">command line</td>" in text
