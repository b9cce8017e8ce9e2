"""localStorage, sessionStorage, IndexedDB, CacheStorage and service workers, in all frames."""

from collections.abc import Iterable, Iterator
from importlib import resources
from typing import Any

from consentinel.scanner.browser import PlaywrightError
from consentinel.scanner.collectors.base import ItemKey, Visit
from consentinel.scanner.hooks import decode_text
from consentinel.scanner.observations import AttributeValue, Observation, Writer
from consentinel.scanner.shapes import public_url
from consentinel.scanner.urls import host_of

_AREAS = ("localStorage", "sessionStorage", "indexedDB", "cacheStorage", "serviceWorker")
_SNAPSHOT = resources.files("consentinel.scanner.hooks").joinpath("storage_snapshot.js").read_text("utf-8")


class StorageCollector:
    """Every stored item by area, origin and key, with the script that wrote it where a hook saw the call."""

    name = "storage"
    hooks: tuple[str, ...] = ("storage",)

    def __init__(self) -> None:
        self._snapshots: list[dict[str, Any]] = []

    async def look(self, visit: Visit) -> None:
        """Read what each frame has stored; a frame that goes away meanwhile has nothing to tell."""
        self._snapshots = []
        for frame in visit.tab.page.frames:
            try:
                self._snapshots.append(await visit.tab.evaluate(frame, _SNAPSHOT))
            except PlaywrightError:
                continue

    def report(self, visit: Visit) -> Iterable[Observation]:
        """Return writes with their writers, then writes without, then what was there already."""
        yield from self._by_hook(visit)
        for item in visit.tab.stored_items:
            origin = item.storage_key.partition("^")[0].rstrip("/")
            yield from _once(visit, item.area, origin, item.key, item.value, partition_of(item.storage_key))
        snapshots, self._snapshots = self._snapshots, []
        for snapshot in snapshots:
            for area in _AREAS:
                for key, value in snapshot[area]:
                    yield from _once(visit, area, snapshot["origin"], str(key), str(value))

    def _by_hook(self, visit: Visit) -> Iterator[Observation]:
        for report in visit.tab.hook_reports:
            if report.hook != "storage":
                continue
            call = decode_text(report.text)
            key = (call["area"], report.origin, call["key"])
            visit.memory.told.add(key)
            visit.memory.writers[key] = report.writer
            yield _observation(visit, key, call["value"], report.writer)


def _once(
    visit: Visit, area: str, origin: str, name: str, value: str, partition: str = ""
) -> Iterator[Observation]:
    key = (area, origin, name)
    if key not in visit.memory.told:
        visit.memory.told.add(key)
        yield _observation(visit, key, value, visit.memory.writers.get(key), partition)


def _observation(
    visit: Visit, key: ItemKey, value: str, writer: Writer | None, partition: str = ""
) -> Observation:
    area, origin, name = key
    host = host_of(origin) or host_of(visit.page)
    attributes: dict[str, AttributeValue] = {"area": area}
    if visit.own.party_of(host) == "third":
        attributes["frame"] = host
    if partition:
        attributes["partitioned"] = True
    is_worker = area == "serviceWorker"
    written = f"written by {public_url(writer.url)}" if writer else "its writer was not seen"
    return visit.observation(
        "storage",
        public_url(name) if is_worker else name,
        host=host,
        url=origin,
        writer=writer,
        value=value or None,
        attributes=attributes,
        evidence=(f"{area}, {written}",),
    )


def partition_of(storage_key: str) -> str:
    """Return the top-level site that a storage key is partitioned by, '' for a first-party one.

    Form: `origin/^0top-level-site` (Chromium, third_party/blink/public/common/storage_key).
    """
    return storage_key.partition("^0")[2]
