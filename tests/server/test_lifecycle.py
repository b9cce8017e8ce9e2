"""What runs beside the requests, one round at a time."""

import errno
import json
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from consentinel.server.clock import ClockWatch
from consentinel.server.errors import LedgerError, StorageError
from consentinel.server.ledger import erasure
from consentinel.server.ledger.erasure import VISITOR
from consentinel.server.ledger.line_file import LineFile
from consentinel.server.ledger.shards import all_heads
from consentinel.server.lifecycle import Lifecycle
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import checkpoints, payloads, records, sessions
from tests.server.admin.logging_in import logged_in
from tests.server.applications import NOON_MS, FixedClock, add_site, client_of, make_app, services_of
from tests.server.captured_log import captured_log
from tests.server.choices import choice

DAY_MS = 86_400_000
SITE = "shop.example"
READABLE = "the ledger's anchor has to be readable"


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


def test_after_its_end_the_anchor_knows_every_answer(database: Database, tmp_path: Path) -> None:
    """A backup of just before the stop, put back after it, lacks the last answers: that is noticed."""
    app = make_app(database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        assert client.post("/v1/consents", json=choice(regime="eu")).status_code == 201
    with database.read() as connection:
        assert set(all_heads(connection)) <= set(app.state.lifecycle._services.anchor.contents().heads)


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


def test_the_end_of_a_loss_is_told_once(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    look, history = app.state.lifecycle._look_at_history, app.state.consentinel.history
    with client_of(app), captured_log() as stream:
        for _ in range(2):
            with monkeypatch.context() as patched:
                patched.setattr(history, "look", lambda _: setattr(history, "losses", ("a: it had 9",)))
                look()
        for _ in range(3):
            look()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["error", "error", "info"]
    assert lines[2]["event"] == "the ledger has what it had lost, or it was accepted: consents are served"


def fail_to_read(file: LineFile) -> list[bytes]:
    raise OSError(errno.EMFILE, "Too many open files", str(file.path))


def test_an_anchor_that_cannot_be_read_closes_until_a_look_succeeds(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with monkeypatch.context() as patched:
        patched.setattr(LineFile, "lines", fail_to_read)
        app.state.lifecycle.prepare()
    with client_of(app, address="127.0.0.1") as client:
        add_site(client)
        reasons = client.get("/readyz").json()["reasons"]
        assert reasons == [f"{app.state.consentinel.anchor.path}: Too many open files: " + READABLE]
        assert client.post("/v1/consents", json=choice()).status_code == 503
        end_s = time.monotonic() + 20  # the next round is a minute away, the next try a second
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < end_s
            time.sleep(0.05)
        assert client.post("/v1/consents", json=choice()).status_code == 201


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


def interrupted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let the erasure of a visitor's records fail after the first one; return the answer to the last."""
    service = services_of(client)
    given = client.post("/v1/consents", json=choice()).json()
    more = choice(type="changed", previous=given["receipt"])
    changed: dict[str, Any] = client.post("/v1/consents", json=more).json()

    def fail(_seconds: float) -> None:
        raise StorageError("the database is gone")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "ERASED_AT_ONCE", 1)
        patched.setattr(erasure, "sleep", fail)
        with pytest.raises(StorageError):
            erasure.erase(service.database, service.ledger, SITE, bytes.fromhex(given["id"]), VISITOR)
    return changed


def test_an_erasure_that_was_interrupted_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile the rest is told to nobody, and nothing follows it."""
    app = make_app(database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        changed = interrupted(client, monkeypatch)
        bearer = {"Authorization": f"Bearer {changed['receipt']}"}
        assert client.get(f"/v1/consents/{changed['id']}", headers=bearer).status_code == 404
        assert client.get(f"/v1/token?site={SITE}", headers=bearer).status_code == 404
        again = client.post("/v1/consents", json=choice(previous=changed["receipt"])).json()
        before = count(database, payloads)
        app.state.lifecycle._finish_erasures()
        assert count(database, payloads) == before  # one less, and a tombstone
        with database.read() as connection:
            erased = sa.select(records.c.erased).order_by(records.c.seq)
            assert [*connection.execute(erased.where(records.c.kind == "consent")).scalars()] == [
                "request",
                "request",
                None,
            ]
        own = {"Authorization": f"Bearer {again['receipt']}"}
        assert client.get(f"/v1/consents/{again['id']}", headers=own).status_code == 200


def test_no_erasure_goes_on_while_the_history_is_in_doubt(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_database, tmp_path / "data")
    with client_of(app) as client:
        add_site(client)
        interrupted(client, monkeypatch)
        app.state.consentinel.history.losses = ("a: it had 9",)
        before = count(sqlite_database, records)
        app.state.lifecycle._finish_erasures()
        assert count(sqlite_database, records) == before
