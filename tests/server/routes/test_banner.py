import gzip
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import httpx2
import pytest

from consentinel.server.errors import StorageError
from consentinel.server.publications import Version
from consentinel.server.publishing.shelf import Shelf
from consentinel.server.storage.database import Database
from tests.server.applications import client_of, make_app
from tests.server.publishing.making import KEY, publish_shop, release_of, shop_draft

SCRIPT = f"/b/{KEY}.js"
FOR_EVER = "public, max-age=31536000, immutable"


class Stand:
    """The application, and what the test publishes beside it, as another process would."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now_s = 0.0
        self.app = make_app(database, folder)
        service = self.app.state.consentinel
        self.ledger = service.ledger
        self.app.state.consentinel = replace(service, shelf=Shelf(database, now_s=lambda: self.now_s))
        self.client: Any = None

    def publish(self, number: int = 1, **banner: Any) -> Version:
        self.now_s += 10
        return publish_shop(self.database, self.ledger, release_of(shop_draft(**banner), number))

    def get(self, path: str = SCRIPT, **headers: str) -> httpx2.Response:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: httpx2.Response = self.client.get(path, headers={"Accept-Encoding": "identity", **fields})
        return answer


@contextmanager
def running(database: Database, folder: Path) -> Iterator[Stand]:
    found = Stand(database, folder)
    with client_of(found.app) as client:
        found.client = client
        yield found


@pytest.fixture
def stand(database: Database, tmp_path: Path) -> Iterator[Stand]:
    with running(database, tmp_path) as found:
        yield found


@pytest.fixture
def sqlite_stand(sqlite_database: Database, tmp_path: Path) -> Iterator[Stand]:
    """For what does not depend on the database."""
    with running(sqlite_database, tmp_path) as found:
        yield found


def test_the_script_is_what_was_published(stand: Stand) -> None:
    version = stand.publish()
    answer = stand.get()
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == version.bundle_hash
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=300, stale-if-error=86400"


def test_every_page_may_load_it(sqlite_stand: Stand) -> None:
    sqlite_stand.publish()
    headers = sqlite_stand.get().headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-credentials" not in headers


def test_at_the_immutable_address_the_artefact_stays_for_ever(stand: Stand) -> None:
    first = stand.publish()
    stand.publish(2, controller="Shop GmbH")
    answer = stand.get(f"/b/{KEY}/{first.script_sha384}.js")
    assert hashlib.sha384(answer.content).hexdigest() == first.script_sha384
    assert hashlib.sha256(answer.content).hexdigest() == first.bundle_hash
    assert answer.headers["cache-control"] == FOR_EVER


def test_parts_of_old_versions_stay(stand: Stand) -> None:
    first = stand.publish(1, controller="A")
    stand.publish(2, texts={"en": {"settingsText": "Other words."}})
    for entry in first.manifest.of_role("part"):
        answer = stand.get(f"/b/{KEY}/{entry.name}")
        assert hashlib.sha256(answer.content).hexdigest() == entry.sha256
        assert answer.headers["cache-control"] == FOR_EVER


def test_the_script_looks_for_its_parts_where_they_are(sqlite_stand: Stand) -> None:
    sqlite_stand.publish()
    [base] = re.findall(r'base:"([^"]*)"', sqlite_stand.get().text)
    assert base == f"https://consent.example/b/{KEY}/"


def test_a_new_version_of_another_process_is_served_within_a_second(stand: Stand) -> None:
    stand.publish()
    before = stand.get()
    version = stand.publish(2, controller="Shop GmbH")
    stand.now_s -= 9.5
    assert stand.get().content == before.content
    stand.now_s += 1
    assert hashlib.sha256(stand.get().content).hexdigest() == version.bundle_hash


def test_what_nobody_has_published(sqlite_stand: Stand) -> None:
    sqlite_stand.publish()
    for path in ("/b/other.example.js", f"/b/{KEY}/{'0' * 96}.js", f"/b/{KEY}/consentinel-act.AAAAAAAA.js"):
        answer = sqlite_stand.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["cache-control"] == "no-store"


def test_a_site_has_no_files_of_another(sqlite_stand: Stand) -> None:
    version = sqlite_stand.publish()
    assert sqlite_stand.get(f"/b/other.example/{version.script_sha384}.js").status_code == 404


@pytest.mark.parametrize(
    ("accepted", "encoding", "decode"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("identity", None, bytes)],
)
def test_the_encodings(sqlite_stand: Stand, accepted: str, encoding: str | None, decode: Any) -> None:
    version = sqlite_stand.publish()
    with sqlite_stand.client.stream("GET", SCRIPT, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert hashlib.sha256(decode(raw)).hexdigest() == version.bundle_hash
    assert int(answer.headers["content-length"]) == len(raw)
    assert "Accept-Encoding" in answer.headers["vary"]


def test_who_has_it_already_gets_nothing(sqlite_stand: Stand) -> None:
    sqlite_stand.publish()
    answer = sqlite_stand.get(Accept_Encoding="br")
    again = sqlite_stand.get(Accept_Encoding="br", If_None_Match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert again.headers["cache-control"] == answer.headers["cache-control"]
    assert sqlite_stand.get(If_None_Match=answer.headers["etag"]).status_code == 200


def test_a_head_request(sqlite_stand: Stand) -> None:
    sqlite_stand.publish()
    whole = sqlite_stand.get()
    answer = sqlite_stand.client.head(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert answer.content == b""
    assert {**answer.headers} == {**whole.headers}


def test_the_country_of_the_cdn_chooses_the_law(stand: Stand) -> None:
    version = stand.publish(regime="auto")
    by_regime = {entry.regime: entry.sha256 for entry in version.manifest.of_role("variant")}
    assert {"eu", "us", "us-ca", "rest"} <= by_regime.keys()
    for place, regime in [("DE", "eu"), ("US", "us"), ("US-CA", "us-ca"), ("US-TX", "us"), ("BR", "rest")]:
        answer = stand.get(CF_IPCountry=place)
        assert hashlib.sha256(answer.content).hexdigest() == by_regime[regime]
        assert f'regimes:[{{id:"{regime}"' in answer.text
    assert hashlib.sha256(stand.get(CF_IPCountry="XX").content).hexdigest() == version.bundle_hash
    assert hashlib.sha256(stand.get().content).hexdigest() == version.bundle_hash


def test_no_cache_gives_one_countrys_script_to_another(sqlite_stand: Stand) -> None:
    sqlite_stand.publish(regime="auto")
    us, eu = sqlite_stand.get(CF_IPCountry="US"), sqlite_stand.get(CF_IPCountry="DE")
    for answer in (us, eu, sqlite_stand.get()):
        assert answer.headers["cache-control"].startswith("private, ")
        assert {"Accept-Encoding", "CF-IPCountry"} <= set(answer.headers["vary"].split(", "))
    assert us.headers["etag"] != eu.headers["etag"]


def test_where_one_law_is_set_no_country_counts(sqlite_stand: Stand) -> None:
    version = sqlite_stand.publish(regime="us")
    answer = sqlite_stand.get(CF_IPCountry="DE")
    assert hashlib.sha256(answer.content).hexdigest() == version.bundle_hash
    assert answer.headers["vary"] == "Accept-Encoding"


def test_the_immutable_address_knows_no_country(sqlite_stand: Stand) -> None:
    version = sqlite_stand.publish(regime="auto")
    answer = sqlite_stand.get(f"/b/{KEY}/{version.script_sha384}.js", CF_IPCountry="US")
    assert hashlib.sha384(answer.content).hexdigest() == version.script_sha384


def test_without_a_database_the_banner_is_served_on(
    sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T24: what visitors have asked for before needs no database."""
    sqlite_stand.publish()
    before = sqlite_stand.get()

    def gone(*_: object) -> None:
        raise StorageError("the disk is gone")

    monkeypatch.setattr(Database, "read", gone)
    sqlite_stand.now_s += 60
    assert sqlite_stand.get().content == before.content
    assert sqlite_stand.get(f"/b/{KEY}/unknown.js").status_code == 404


def test_with_no_database_from_the_start_it_says_so(
    sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StorageError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "read", gone)
        assert sqlite_stand.get().status_code == 503
    sqlite_stand.publish()
    assert sqlite_stand.get().status_code == 200


def test_other_methods_are_refused(sqlite_stand: Stand) -> None:
    assert sqlite_stand.client.post(SCRIPT).status_code == 405
