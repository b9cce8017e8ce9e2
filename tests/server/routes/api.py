"""The consent-state API as its tests use it: one site, one browser, one client that speaks for both."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from httpx2 import Response
from starlette.testclient import TestClient

from consentinel.server.state import Services
from consentinel.server.storage.database import Database
from consentinel.server.storage.tables import payloads, records
from tests.server.applications import OWN, FixedClock, add_site, client_of, make_app, services_of

SITE = "shop.example"
ORIGIN = f"https://{SITE}"
ALL = {"functional": True, "performance": True, "targeting": True}
SOME = {"functional": True, "performance": False, "targeting": False}
NONE = {"functional": False, "performance": False, "targeting": False}


@dataclass
class Api:
    """A running application. clock: its time."""

    client: TestClient
    clock: FixedClock
    site: str = SITE
    posted: list[dict[str, Any]] = field(default_factory=list)

    @property
    def services(self) -> Services:
        return services_of(self.client)

    def body(self, **fields: object) -> dict[str, Any]:
        """Return the body of the issue's example, with other fields."""
        example: dict[str, object] = {
            "site": self.site,
            "event_id": str(uuid.uuid4()),
            "type": "given",
            "choices": SOME,
            "method": "save",
            "locale": "en",
        }
        return {**example, **fields}

    def post(self, body: object = None, /, **fields: object) -> Response:
        """Post a choice."""
        return self.client.post("/v1/consents", json=self.body(**fields) if body is None else body)

    def give(self, **fields: object) -> dict[str, Any]:
        """Post a choice that is accepted; return the answer."""
        answer = self.post(**fields)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def state(self, **headers: str) -> dict[str, Any]:
        """Ask for the state with the cookies that the client has by now."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get("/v1/state", params={"site": self.site}, headers=fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def token(self, receipt: str = "", **headers: str) -> str:
        """Get a state token, by receipt or by the cookies that the client has by now."""
        answer = self.client.get("/v1/token", params={"site": self.site}, headers=bearer(receipt) | headers)
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["token"]
        return found

    def get(self, path: str, receipt: str = "", **headers: str) -> Response:
        """Ask for something of a record."""
        return self.client.get(f"/v1/consents/{path}", headers=bearer(receipt) | headers)

    def event(self, record_id: str) -> dict[str, Any]:
        """Return what the ledger has recorded."""
        query = sa.select(payloads.c.event).where(payloads.c.record_id == bytes.fromhex(record_id))
        with self.services.database.read() as connection:
            found: dict[str, Any] = msgspec.json.decode(connection.execute(query).scalar_one())
        return found

    def stored_event_id(self, record_id: str) -> str:
        """Return the event_id in a record's row."""
        query = sa.select(records.c.event_id).where(records.c.id == bytes.fromhex(record_id))
        with self.services.database.read() as connection:
            found: str = connection.execute(query).scalar_one()
        return found

    def count(self) -> int:
        """Return how many records there are."""
        with self.services.database.read() as connection:
            number: int = connection.execute(sa.select(sa.func.count()).select_from(records)).scalar_one()
        return number

    def forget_cookies(self) -> None:
        self.client.cookies.clear()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def running(
    database: Database, data: Path, base_url: str = OWN, more: str = "", **settings: Any
) -> Iterator[Api]:
    """Run the application with one site. more: further settings of its banner."""
    clock = FixedClock()
    with client_of(make_app(database, data, clock=clock, **settings), base_url) as client:
        add_site(client, ORIGIN, more)
        yield Api(client, clock)
