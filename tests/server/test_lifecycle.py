"""What runs beside the requests, one round at a time."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from consentinel.server.clock import ClockWatch
from consentinel.server.errors import LedgerError
from consentinel.server.lifecycle import Lifecycle
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import checkpoints, payloads, records, sessions
from tests.server.admin.logging_in import logged_in
from tests.server.applications import NOON_MS, FixedClock, add_site, client_of, make_app
from tests.server.captured_log import captured_log
from tests.server.choices import choice

DAY_MS = 86_400_000


def count(database: Database, table: sa.Table) -> int:
    with database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_keeps_no_longer_than_it_has_to(database: Database, tmp_path: Path) -> None:
    clock = FixedClock()
    app = make_app(database, tmp_path / "data", clock=clock, proof_days=10)
    lifecycle: Lifecycle = app.state.lifecycle
    lifecycle._watch = ClockWatch(clock, clock)
    with client_of(app) as client:
        add_site(client)
        logged_in(client)
        client.post("/v1/consents", json=choice(regime="eu"))
        before = count(database, payloads)
        lifecycle._forget()
        assert (count(database, payloads), count(database, sessions)) == (before, 1)
        clock.now += 400 * DAY_MS
        lifecycle._forget()
        assert count(database, sessions) == 0
        with database.read() as connection:
            kept = connection.execute(sa.select(payloads.c.event)).scalars().all()
    assert not [event for event in kept if b'"kind":"consent"' in bytes(event)]
    assert [event for event in kept if b'"kind":"tombstone"' in bytes(event)]


def test_a_clock_that_jumps_by_years_erases_nobody(sqlite_database: Database, tmp_path: Path) -> None:
    clock, steady = FixedClock(), FixedClock(0)
    app = make_app(sqlite_database, tmp_path / "data", clock=clock, proof_days=10)
    app.state.lifecycle._watch = ClockWatch(clock, steady)
    with client_of(app) as client, captured_log() as stream:
        add_site(client)
        client.post("/v1/consents", json=choice(regime="eu"))
        clock.now += 3_650 * DAY_MS
        for _ in range(2):
            app.state.lifecycle._forget()
            assert count(sqlite_database, payloads) == 1
        assert '"the clock was set ahead: nothing is erased by age' in stream.getvalue()
        clock.now -= 3_650 * DAY_MS
        for fixed in (clock, steady):
            fixed.now += 400 * DAY_MS
        app.state.lifecycle._forget()
        assert count(sqlite_database, records) == 2
        assert count(sqlite_database, payloads) == 1, "the tombstone's"


def test_a_machine_that_starts_with_a_clock_years_ahead_erases_nobody(
    database: Database, tmp_path: Path
) -> None:
    with client_of(make_app(database, tmp_path / "data")) as client:
        add_site(client)
        client.post("/v1/consents", json=choice(regime="eu"))
    clock, steady = FixedClock(NOON_MS + 3_650 * DAY_MS), FixedClock(0)
    app = make_app(database, tmp_path / "data", clock=clock, proof_days=10)
    app.state.lifecycle._watch = ClockWatch(clock, steady)
    with client_of(app) as client, captured_log() as stream:
        client.post("/v1/consents", json=choice())
        app.state.lifecycle._forget()
        assert count(database, records) == 2
        assert '"the clock is far ahead of the ledger: nothing is erased by age' in stream.getvalue()
    app = make_app(database, tmp_path / "data", clock=clock, proof_days=10)
    app.state.lifecycle._watch = ClockWatch(clock, steady)
    with client_of(app):
        app.state.lifecycle._forget()
        assert count(database, records) == 2, "what the wrong clock has dated makes it no right one"
        clock.now = NOON_MS + 399 * DAY_MS
        app.state.lifecycle._forget()
        assert count(database, records) == 3, "a tombstone"
        assert count(database, payloads) == 2, "the newer one's, and the tombstone's"


def on_disk(database: Database, needle: bytes) -> bool:
    assert database.file is not None
    return any(needle in path.read_bytes() for path in database.file.parent.glob(f"{database.file.name}*"))


def test_what_was_erased_leaves_the_log_once_nobody_reads_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    service = app.state.consentinel
    [task] = [task for task in app.state.lifecycle._tasks() if task.name == "freeing"]
    with client_of(app) as client:
        add_site(client)
        given = client.post("/v1/consents", json=choice()).json()
        bearer = {"Authorization": f"Bearer {given['receipt']}"}
        with sqlite_database.read() as reader:
            event = reader.execute(sa.select(payloads.c.event)).scalar_one()
            assert client.delete(f"/v1/consents/{given['id']}", headers=bearer).json() == {"erased": 1}
            service.ledger.freeing.again()
            assert on_disk(sqlite_database, event)
        assert client.portal is not None
        client.portal.call(task.run)
        assert not on_disk(sqlite_database, event)


def test_what_was_erased_leaves_the_log_at_once_where_nobody_reads(
    sqlite_database: Database, tmp_path: Path
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        given = client.post("/v1/consents", json=choice()).json()
        with sqlite_database.read() as reader:
            event = reader.execute(sa.select(payloads.c.event)).scalar_one()
        assert on_disk(sqlite_database, event)
        bearer = {"Authorization": f"Bearer {given['receipt']}"}
        assert client.delete(f"/v1/consents/{given['id']}", headers=bearer).json() == {"erased": 1}
        assert not on_disk(sqlite_database, event)


def test_makes_checkpoints(sqlite_database: Database, tmp_path: Path) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        client.post("/v1/consents", json=choice())
        app.state.lifecycle._make_checkpoints()
        made = count(sqlite_database, checkpoints)
        app.state.lifecycle._make_checkpoints()
        assert made == count(sqlite_database, checkpoints) == 1


def test_signs_nothing_while_the_history_is_in_doubt(sqlite_database: Database, tmp_path: Path) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        client.post("/v1/consents", json=choice())
        app.state.consentinel.history.losses = ("a: it had 9",)
        app.state.lifecycle._make_checkpoints()
        assert count(sqlite_database, checkpoints) == 0


def test_sees_a_site_that_another_process_has_changed(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("site: https://shop.example/\nbanner:\n  mode: standard\n")
    app = make_app(sqlite_database, tmp_path / "data", sites=(file,))
    with client_of(app) as client:
        assert client.post("/v1/consents", json=choice()).status_code == 201
        file.write_text("site: https://other.example/\nbanner:\n  mode: standard\n")
        app.state.lifecycle._read_sites()
        assert client.post("/v1/consents", json=choice("other.example")).status_code == 201


def test_a_loss_is_in_the_log_and_in_the_metrics(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with client_of(app, address="127.0.0.1") as client, captured_log() as stream:
        history = app.state.consentinel.history
        monkeypatch.setattr(history, "look", lambda _: setattr(history, "losses", ("a: it had 9",)))
        app.state.lifecycle._look_at_history()
        assert "consentinel_ledger_losses 1.0" in client.get("/metrics").text
    line = json.loads(stream.getvalue().splitlines()[0])
    assert (line["level"], line["reasons"]) == ("error", ["a: it had 9"])


def test_an_anchor_that_is_damaged_while_the_server_runs_is_told(
    sqlite_database: Database, tmp_path: Path
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    look = app.state.lifecycle._look_at_history
    with client_of(app, address="127.0.0.1") as client:
        add_site(client)
        assert client.post("/v1/consents", json=choice()).status_code == 201
        file = app.state.consentinel.anchor.path
        before = file.read_bytes()
        file.write_bytes(b"?\n")
        with pytest.raises(LedgerError, match="damaged"):
            look()
        ready = client.get("/readyz")
        assert (ready.status_code, "damaged" in ready.json()["reasons"][0]) == (503, True)
        assert client.post("/v1/consents", json=choice()).status_code == 503
        assert "consentinel_ledger_losses 1.0" in client.get("/metrics").text
        file.write_bytes(before)
        look()
        assert client.get("/readyz").status_code == 200


def test_nothing_is_deleted_while_the_history_is_in_doubt(sqlite_database: Database, tmp_path: Path) -> None:
    clock = FixedClock()
    app = make_app(sqlite_database, tmp_path / "data", clock=clock, proof_days=0)
    with client_of(app) as client:
        add_site(client)
        client.post("/v1/consents", json=choice())
        app.state.consentinel.history.losses = ("a: it had 9",)
        clock.now += 4_000 * DAY_MS
        app.state.lifecycle._forget()
        assert count(sqlite_database, payloads) == 1
