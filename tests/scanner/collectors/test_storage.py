import asyncio
import json
from typing import Any

import pytest

from consentinel.scanner.browser import PlaywrightError
from consentinel.scanner.collectors.base import Memory, Visit
from consentinel.scanner.collectors.storage import StorageCollector, partition_of
from consentinel.scanner.observations import Observation, Writer
from consentinel.scanner.tab import StoredItem
from tests.support.collecting import ORIGIN, FakeFrame, make_report, make_visit
from tests.support.observing import PAGE

SCRIPT = Writer("https://cdn.tracker.example/t.js", 3)
EMPTY: dict[str, Any] = {
    "origin": ORIGIN,
    "localStorage": [],
    "sessionStorage": [],
    "indexedDB": [],
    "cacheStorage": [],
    "serviceWorker": [],
}


def collected(visit: Visit) -> list[Observation]:
    collector = StorageCollector()
    asyncio.run(collector.look(visit))
    return list(collector.report(visit))


def written(key: str, area: str = "localStorage", **changes: Any) -> Any:
    return make_report("storage", json.dumps({"area": area, "key": key, "value": "v"}), **changes)


def test_a_write_that_a_hook_saw_has_its_writer_and_is_told_once() -> None:
    snapshot = FakeFrame(answer={**EMPTY, "localStorage": [["key", "v"]]})
    event = StoredItem(storage_key=f"{PAGE}", area="localStorage", key="key", value="v")
    (seen,) = collected(make_visit(hook_reports=[written("key")], stored_items=[event], frames=[snapshot]))
    assert (seen.name, seen.host, seen.value, seen.writer) == ("key", "www.shop.example", "v", SCRIPT)
    assert seen.attributes == {"area": "localStorage"}


def test_a_write_by_property_is_known_from_the_browsers_event() -> None:
    event = StoredItem(storage_key=f"{PAGE}", area="sessionStorage", key="by_property", value="v")
    (seen,) = collected(make_visit(stored_items=[event]))
    assert (seen.name, seen.writer, seen.attributes["area"]) == ("by_property", None, "sessionStorage")


def test_what_was_there_already_keeps_its_writer_and_is_not_told_again() -> None:
    key = ("localStorage", ORIGIN, "old")
    frame = FakeFrame(answer={**EMPTY, "localStorage": [["old", "v"]]})
    memory = Memory(writers={key: SCRIPT})
    (seen,) = collected(make_visit(frames=[frame], memory=memory))
    assert seen.writer == SCRIPT
    assert collected(make_visit(frames=[frame], memory=memory)) == []


@pytest.mark.parametrize("area", ["localStorage", "sessionStorage", "indexedDB", "cacheStorage"])
def test_every_area_of_a_third_party_frame_is_read(area: str) -> None:
    origin = "https://w.tracker.example"
    frame = FakeFrame(url=f"{origin}/f", answer={**EMPTY, "origin": origin, area: [["item", ""]]})
    (seen,) = collected(make_visit(frames=[FakeFrame(answer=EMPTY), frame]))
    assert (seen.host, seen.party, seen.value) == ("w.tracker.example", "third", None)
    assert seen.attributes == {"area": area, "frame": "w.tracker.example"}


def test_a_service_worker_is_named_by_its_script_without_values() -> None:
    worker = FakeFrame(answer={**EMPTY, "serviceWorker": [[f"{PAGE}sw.js?token=secret", ""]]})
    (seen,) = collected(make_visit(frames=[worker]))
    assert seen.name == f"{PAGE}sw.js?token="


def test_a_frame_that_goes_away_leaves_the_others() -> None:
    frames = [
        FakeFrame(answer=PlaywrightError("gone")),
        FakeFrame(answer={**EMPTY, "indexedDB": [["db", ""]]}),
    ]
    assert [seen.name for seen in collected(make_visit(frames=frames))] == ["db"]


def test_a_partition_is_told() -> None:
    key = "https://w.tracker.example/^0https://shop.example"
    (seen,) = collected(make_visit(stored_items=[StoredItem(key, "localStorage", "a", "v")]))
    assert (seen.host, seen.attributes["partitioned"]) == ("w.tracker.example", True)
    assert partition_of(key) == "https://shop.example"
    assert partition_of(PAGE) == ""


def test_lone_surrogates_in_a_key_fail_nothing() -> None:
    (seen,) = collected(make_visit(hook_reports=[written("lone \ud800 one")]))
    assert seen.name.startswith("lone ")
    seen.name.encode()


def test_endless_keys_are_cut() -> None:
    (seen,) = collected(make_visit(hook_reports=[written("k" * 1_000_000)]))
    assert len(seen.name) < 1000
