"""T20: what takes long to work out is worked out while nobody holds the database for writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from consentinel.scanner import report as reports
from consentinel.server.dashboard import banner, history, overview, review, site_settings
from consentinel.server.storage.database import Database
from consentinel.server.storage.overrides import overrides_of
from consentinel.server.storage.sites import load_site, save_site
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.test_review import REVIEW, decision
from tests.server.dashboard.world import NOW_MS, SETTINGS, SITE, typical
from tests.support.reports import realistic_report


class Watched:
    """Whether some function was called while a transaction could write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, bool]] = []
        self._patch = monkeypatch
        self._writing = 0
        write = Database.write

        @contextmanager
        def counted(database: Database) -> Iterator[Connection]:
            with write(database) as connection:
                self._writing += 1
                try:
                    yield connection
                finally:
                    self._writing -= 1

        monkeypatch.setattr(Database, "write", counted)

    def watch(self, place: Any, name: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Note each call of a function, and do something `meanwhile`."""
        function = getattr(place, name)

        def noted(*args: Any) -> Any:
            self.calls.append((name, self._writing > 0))
            found = function(*args)
            meanwhile()
            return found

        self._patch.setattr(place, name, noted)


@pytest.fixture
def watched(console: Console, monkeypatch: pytest.MonkeyPatch) -> Watched:
    with console.database.write() as connection:
        typical(connection)
    return Watched(monkeypatch)


def test_t20_decisions_are_checked_before_the_database_is_held(console: Console, watched: Watched) -> None:
    form = decision(console, "zz9", "functional")
    watched.watch(review, "site_frame")
    assert console.post(REVIEW, form).status_code == 303
    assert watched.calls == [("site_frame", False)]


def test_t20_settings_are_read_before_the_database_is_held(console: Console, watched: Watched) -> None:
    watched.watch(banner, "checked_settings")
    watched.watch(banner, "with_common")
    for form in ({"settings": SETTINGS + "  unknown: block\n"}, {"mode": "strict"}):
        assert console.change(f"/admin/sites/{SITE}/banner", form).status_code == 303
    assert {name for name, _ in watched.calls} == {"checked_settings", "with_common"}
    assert not any(held for _, held in watched.calls)


def test_t20_an_added_site_is_read_before_the_database_is_held(console: Console, watched: Watched) -> None:
    watched.watch(site_settings, "parse_settings")
    watched.watch(overview, "new_settings")
    assert console.post("/admin/sites", {"address": "https://new.example/"}).status_code == 303
    assert len(watched.calls) > 1
    assert not any(held for _, held in watched.calls)


def test_t20_a_report_is_packed_before_the_database_is_held(console: Console, watched: Watched) -> None:
    data = reports.encode(realistic_report()).replace(b"zz9", b"zz8")
    watched.watch(history, "parse_settings")
    watched.watch(reports, "encode")
    answer = console.post(f"/admin/sites/{SITE}/scans", report=("report.json", data))
    assert answer.status_code == 303
    assert {name for name, _ in watched.calls} == {"parse_settings", "encode"}
    assert not any(held for _, held in watched.calls)


def test_a_decision_is_looked_at_again_if_somebody_decided_meanwhile(
    console: Console, watched: Watched
) -> None:
    form = decision(console, "zz9", "functional")

    def decide_otherwise() -> None:
        if len(watched.calls) == 1:
            assert (
                console.post(REVIEW, {**form, "category-1": "", **_as(form, "targeting")}).status_code == 303
            )

    watched.watch(review, "site_frame", decide_otherwise)
    answer = console.post(REVIEW, form)
    assert (answer.status_code, "no longer waits" in answer.text) == (422, True)
    with console.database.read() as connection:
        assert [one.category for one in overrides_of(connection, SITE)] == ["targeting"]


def _as(form: dict[str, str], category: str) -> dict[str, str]:
    return {name: category if name.startswith("category") else value for name, value in form.items()}


def test_what_was_stored_meanwhile_stays(console: Console, watched: Watched) -> None:
    newer = SETTINGS.replace("Market Street", "Harbour Street")

    def save() -> None:
        with console.database.write() as connection:
            save_site(connection, SITE, newer, "dashboard", NOW_MS)

    watched.watch(banner, "with_common", save)
    common = {"mode": "strict", "controller": "Example Ltd, 1 Market Street, Dublin"}
    answer = console.change(f"/admin/sites/{SITE}/banner", common)
    assert (answer.status_code, "others have changed these settings" in answer.text) == (422, True)
    with console.database.read() as connection:
        site = load_site(connection, SITE)
    assert site is not None
    assert site.settings == newer
