"""A backup from before a withdrawal is put back: nobody is told that the consent still holds (T35)."""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bench.server.choices import CONSENTS, choice
from tests.server.postgres_server import PostgresServer
from tests.support.server_process import ServerProcess, run_command

SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Api:
    """The consent-state API as a browser without cookies uses it."""

    server: ServerProcess

    def ask(self, method: str, path: str, receipt: str = "", body: object = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {receipt}"} if receipt else {}
        return httpx2.request(
            method, self.server.url + path, headers=headers, json=body, trust_env=False, timeout=30
        )

    def gives(self, **fields: object) -> dict[str, Any]:
        answer = self.ask("POST", CONSENTS, body=choice(str(uuid.uuid4()), **fields))
        assert answer.status_code == 201, answer.text
        given: dict[str, Any] = answer.json()
        return given

    def granted(self, receipt: str) -> bool | int:
        """Return whether the token for a receipt says that something is granted; its status without one."""
        answer = self.ask("GET", "/v1/token?site=127.0.0.1", receipt)
        if answer.status_code != 200:
            return answer.status_code
        state = self.ask("GET", "/v1/state?site=127.0.0.1", answer.json()["token"])
        return any(state.json()["choices"].values())


class Backups:
    """Copies of a database that nobody uses at that moment."""

    def __init__(self, postgres: PostgresServer | None) -> None:
        self._postgres = postgres
        self._made: list[str] = []

    def copy(self, url: str) -> str:
        """Return the address of a copy."""
        if url.startswith(SQLITE):
            file = url.removeprefix(SQLITE)
            shutil.copyfile(file, f"{file}.backup")
            return f"{url}.backup"
        assert self._postgres is not None
        name = f"consentinel_test_{uuid.uuid4().hex[:16]}"
        self._postgres.run("CREATE DATABASE {} TEMPLATE {}", name, url.rpartition("/")[2])
        self._made.append(self._postgres.url(name))
        return self._made[-1]

    def drop(self) -> None:
        for url in self._made:
            assert self._postgres is not None
            self._postgres.drop(url)


@pytest.fixture
def backups(request: pytest.FixtureRequest, database_url: str) -> Iterator[Backups]:
    sqlite = database_url.startswith(SQLITE)
    made = Backups(None if sqlite else request.getfixturevalue("postgres_server"))
    yield made
    made.drop()


@pytest.mark.slow
def test_a_backup_without_a_withdrawal_serves_nothing(
    folder: Path, database_url: str, backups: Backups
) -> None:
    with ServerProcess(folder, database=database_url) as server:
        receipt = Api(server).gives()["receipt"]
        assert Api(server).granted(receipt) is True
        assert server.stop() == 0
    old = backups.copy(database_url)
    with ServerProcess(folder, database=database_url) as server:
        record = Api(server).gives()
        withdrawn = Api(server).ask("POST", f"{CONSENTS}/{record['id']}/withdraw", record["receipt"])
        assert withdrawn.status_code in (200, 201), withdrawn.text
    with ServerProcess(folder, database=old) as server:
        api = Api(server)
        ready = api.ask("GET", "/readyz")
        assert ready.status_code == 503
        assert "it had 3 entries, the database has 1" in ready.text
        assert api.ask("GET", "/healthz").status_code == 200
        assert api.granted(receipt) == 503
        assert api.ask("POST", CONSENTS, body=choice(str(uuid.uuid4()))).status_code == 503
        assert server.stop() == 0
    accepted = run_command(folder, old, "ledger", "accept-restore", "--yes")
    assert accepted.returncode == 0, accepted.stderr
    with ServerProcess(folder, database=old) as server:
        api = Api(server)
        assert api.ask("GET", "/readyz").status_code == 200, api.ask("GET", "/readyz").text
        # both may have been withdrawn in what is lost: of the second nothing is known at all
        assert api.granted(receipt) is not True
        assert api.granted(record["receipt"]) is not True
        again = api.gives()
        assert api.granted(again["receipt"]) is True
    verified = run_command(folder, old, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.slow
def test_a_backup_without_an_erasure_serves_nothing(
    folder: Path, database_url: str, backups: Backups
) -> None:
    with ServerProcess(folder, database=database_url) as server:
        record = Api(server).gives()
        assert server.stop() == 0
    old = backups.copy(database_url)
    with ServerProcess(folder, database=database_url) as server:
        erased = Api(server).ask("DELETE", f"{CONSENTS}/{record['id']}", record["receipt"])
        assert erased.is_success, erased.text
    with ServerProcess(folder, database=old) as server:
        assert Api(server).ask("GET", "/readyz").status_code == 503
        assert Api(server).granted(record["receipt"]) == 503
