"""A backup that is put back under a running server serves no withdrawn consent, not even for a moment."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from consentinel.server.ledger import restore
from consentinel.server.storage.database import Database
from tests.server.applications import add_site, client_of, make_app
from tests.server.choices import choice
from tests.server.ledger.restoring import backup_put_back

SITE = "shop.example"


def withdrawn_grant(client: TestClient, database: Database) -> str:
    """Return the receipt of a grant whose withdrawal is not in the database any more."""
    add_site(client)
    given = client.post("/v1/consents", json=choice(regime="eu")).json()
    bearer = {"Authorization": f"Bearer {given['receipt']}"}
    with backup_put_back(database):
        answer = client.post(f"/v1/consents/{given['id']}/withdraw", headers=bearer)
        assert answer.status_code == 201
    client.cookies.clear()
    return str(given["receipt"])


def test_a_token_by_receipt(database: Database, tmp_path: Path) -> None:
    with client_of(make_app(database, tmp_path / "data")) as client:
        receipt = withdrawn_grant(client, database)
        answer = client.get(f"/v1/token?site={SITE}", headers={"Authorization": f"Bearer {receipt}"})
        assert answer.status_code == 503
        assert client.get("/readyz").status_code == 503


def test_what_is_whole_is_looked_at_once_at_most(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(make_app(database, tmp_path / "data")) as client:
        add_site(client)
        given = client.post("/v1/consents", json=choice(regime="eu")).json()
        looks = list[object]()
        monkeypatch.setattr(restore.History, "look", lambda *args: looks.append(args))
        bearer = {"Authorization": f"Bearer {given['receipt']}"}
        for _ in range(3):
            assert client.get(f"/v1/consents/{given['id']}", headers=bearer).status_code == 200
        assert looks == []
