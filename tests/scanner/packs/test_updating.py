import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from consentinel.scanner.catalogue.entries import Sheet
from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.downloading import Download
from consentinel.scanner.packs.loading import load_packs
from consentinel.scanner.packs.manifest import Installed, Manifest
from consentinel.scanner.packs.origins import Directory, Mirror, Origin, Result
from consentinel.scanner.packs.sources import SOURCES, Source
from consentinel.scanner.packs.store import Store
from consentinel.scanner.packs.updating import Outcome, Update, Updated
from tests.conftest import Serve
from tests.scanner.packs.conftest import FILES, FileServer, cookies, many_cookies, row

OCD = SOURCES[0]


@dataclass
class Given:
    """An origin of given results, by file; None: not modified."""

    files: dict[str, bytes | PackError | None] = field(default_factory=lambda: dict(FILES))
    known: list[str] = field(default_factory=list)

    def fetch(self, sources: Sequence[Source], installed: Mapping[str, Installed]) -> Mapping[str, Result]:
        self.known = list(installed)
        return {source.id: self._one(source) for source in sources}

    def _one(self, source: Source) -> Result:
        found = self.files[source.file]
        return Download(source.url, found, etag='"1"') if isinstance(found, bytes) else found


def update(
    directory: Path,
    origin: Origin,
    *,
    wanted: Sequence[Source] = SOURCES,
    today: str = "2026-02-01",
    core: Sequence[Sheet] = (),
    allow_shrink: bool = False,
) -> Updated:
    run = Update(
        store=Store(directory),
        origin=origin,
        wanted=wanted,
        today=today,
        core=core,
        allow_shrink=allow_shrink,
    )
    return run.run()


def states(updated: Updated) -> list[str]:
    return [outcome.state for outcome in updated.outcomes]


def manifest(directory: Path) -> Manifest:
    generation = Store(directory).current()
    assert generation is not None
    return generation.manifest


def generations(directory: Path) -> list[str]:
    return sorted(path.name for path in (directory / "packs" / "generations").iterdir())


def test_the_first_update_installs_all(tmp_path: Path) -> None:
    updated = update(tmp_path, Given())
    assert states(updated) == ["updated"] * 4
    assert updated.failures == ()
    record = manifest(tmp_path).packs[0]
    data = FILES["open-cookie-database.csv"]
    assert record == Installed(
        id=OCD.id,
        title=OCD.title,
        url=OCD.url,
        source=OCD.url,
        licence="Apache-2.0",
        attribution=OCD.attribution,
        sha256=sha256(data).hexdigest(),
        size_bytes=len(data),
        entries=10,
        date="2026-02-01",
        etag='"1"',
    )
    assert len(load_packs(tmp_path).versions) == 4


@pytest.mark.parametrize("again", ["same bytes", "not modified"])
def test_what_has_not_changed_makes_no_generation(tmp_path: Path, again: str) -> None:
    update(tmp_path, Given())
    origin = Given() if again == "same bytes" else Given(dict.fromkeys(FILES))
    updated = update(tmp_path, origin, today="2026-02-09")
    assert states(updated) == ["unchanged"] * 4
    assert generations(tmp_path) == ["0001"]
    assert {pack.date for pack in manifest(tmp_path).packs} == {"2026-02-09"}


def test_what_has_changed_makes_a_generation_with_the_rest_as_it_was(tmp_path: Path) -> None:
    update(tmp_path, Given())
    updated = update(tmp_path, Given({OCD.file: many_cookies(11)}), wanted=[OCD], today="2026-02-09")
    (outcome,) = updated.outcomes
    assert (outcome.state, outcome.entries_before) == ("updated", 10)
    assert generations(tmp_path) == ["0001", "0002"]
    assert [pack.date for pack in manifest(tmp_path).packs] == ["2026-02-09"] + ["2026-02-01"] * 3


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"<!doctype html>", "open-cookie-database: open-cookie-database.csv is a web page"),
        (b"", "has no column"),
        (
            many_cookies(6),
            "open-cookie-database: has 6 entries now and had 10: look at it, then take it with --allow",
        ),
        (PackError("open-cookie-database: https://x answered 404"), "answered 404"),
    ],
)
def test_one_that_fails_keeps_its_version_and_the_others_update(
    tmp_path: Path, bad: bytes | PackError, reason: str
) -> None:
    update(tmp_path, Given())
    changed = FILES["easylist.txt"] + b"||new.example^\n"
    updated = update(tmp_path, Given({**FILES, OCD.file: bad, "easylist.txt": changed}), today="2026-02-09")
    assert states(updated) == ["failed", "unchanged", "updated", "unchanged"]
    (failure,) = updated.failures
    assert reason in failure.problem
    assert failure.installed is not None
    assert manifest(tmp_path).packs[0].date == "2026-02-01"
    assert load_packs(tmp_path).warnings == ()
    assert load_packs(tmp_path).filter_lists[0].text == changed.decode()


def test_a_list_may_shrink_a_little_or_by_permission(tmp_path: Path) -> None:
    update(tmp_path, Given())
    assert states(update(tmp_path, Given({OCD.file: many_cookies(7)}), wanted=[OCD])) == ["updated"]
    smaller = Given({OCD.file: many_cookies(1)})
    assert states(update(tmp_path, smaller, wanted=[OCD], allow_shrink=True)) == ["updated"]


def test_where_all_fail_nothing_is_installed(tmp_path: Path) -> None:
    updated = update(tmp_path, Given(dict.fromkeys(FILES, b"")))
    assert states(updated) == ["failed"] * 4
    assert updated.conflicts_file is None
    assert Store(tmp_path).current() is None


def test_not_modified_without_a_version_is_a_failure(tmp_path: Path) -> None:
    updated = update(tmp_path, Given({OCD.file: None}), wanted=[OCD])
    assert updated.outcomes == (
        Outcome(
            OCD.id, "failed", None, None, f"{OCD.id}: the server says that nothing has changed: try again"
        ),
    )


def test_a_damaged_pack_is_fetched_anew_and_without_condition(tmp_path: Path) -> None:
    update(tmp_path, Given())
    (tmp_path / "packs" / "generations" / "0001" / OCD.file).write_bytes(b"damaged")
    origin = Given()
    assert states(update(tmp_path, origin)) == ["updated", "unchanged", "unchanged", "unchanged"]
    assert origin.known == ["third-party-web", "easylist", "easyprivacy"]
    assert load_packs(tmp_path).warnings == ()
    assert len(load_packs(tmp_path).versions) == 4


def test_an_update_repairs_a_damaged_store(tmp_path: Path) -> None:
    update(tmp_path, Given())
    (tmp_path / "packs" / "current").write_bytes(b"damaged")
    assert states(update(tmp_path, Given())) == ["updated"] * 4
    assert load_packs(tmp_path).warnings == ()


FIRST = "generations/0001"


@pytest.mark.parametrize("file", [f"{FIRST}/{OCD.file}", "current"])
def test_a_damaged_store_still_knows_how_long_a_list_was(tmp_path: Path, file: str) -> None:
    update(tmp_path, Given())
    with (tmp_path / "packs" / file).open("ab") as stream:
        stream.write(b"x")
    (outcome,) = update(tmp_path, Given({OCD.file: many_cookies(1)}), wanted=[OCD]).failures[:1]
    assert "has 1 entries now and had 10: look at it" in outcome.problem
    assert outcome.entries_before == 10


def test_with_damaged_records_those_of_the_generation_before_count(tmp_path: Path) -> None:
    update(tmp_path, Given())
    update(tmp_path, Given({**FILES, OCD.file: many_cookies(11)}))
    (tmp_path / "packs" / "generations" / "0002" / "manifest.json").write_bytes(b"damaged")
    (failure,) = update(tmp_path, Given({OCD.file: many_cookies(1)}), wanted=[OCD]).failures
    assert "has 1 entries now and had 10" in failure.problem


def test_without_any_records_a_list_has_to_be_allowed(tmp_path: Path) -> None:
    update(tmp_path, Given())
    (tmp_path / "packs" / FIRST / "manifest.json").write_bytes(b"damaged")
    updated = update(tmp_path, Given())
    assert states(updated) == ["failed"] * 4
    assert "easylist: the records are damaged and do not say how many entries it had: look at it" in (
        updated.failures[2].problem
    )
    assert states(update(tmp_path, Given(), allow_shrink=True)) == ["updated"] * 4
    assert load_packs(tmp_path).warnings == ()


def test_how_long_a_lost_list_was_is_not_forgotten(tmp_path: Path) -> None:
    update(tmp_path, Given())
    (tmp_path / "packs" / FIRST / OCD.file).write_bytes(b"damaged")
    for number in range(3):
        changed = FILES["easylist.txt"] + f"||n{number}.example^\n".encode()
        update(tmp_path, Given({"easylist.txt": changed}), wanted=[SOURCES[2]])
    (failure,) = update(tmp_path, Given({OCD.file: many_cookies(1)}), wanted=[OCD]).failures
    assert "has 1 entries now and had 10" in failure.problem
    assert update(tmp_path, Given(), wanted=[OCD]).failures == ()
    assert manifest(tmp_path).lost == ()


def test_a_list_from_a_directory_says_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / OCD.file).write_bytes(FILES[OCD.file])
    update(tmp_path / "data", Directory(tmp_path), wanted=[OCD])
    (record,) = manifest(tmp_path / "data").packs
    assert (record.url, record.source) == ((tmp_path / OCD.file).as_uri(), OCD.url)


def test_conflicts_are_written_down(tmp_path: Path) -> None:
    core = catalogue_from(
        [
            Document(
                "core.yaml",
                b"vendors:\n  - {id: acme, vendor: A, category: targeting, purpose: P., check: x, "
                b"cookies: [acme_a], hosts: [x.example]}\n",
            )
        ]
    ).sheets
    table = cookies(row("acme_a", "Analytics"), row("acme_b", "Analytics"), row("acme_b", "Marketing"))
    updated = update(tmp_path, Given({OCD.file: table}), wanted=[OCD], core=core)
    assert [conflict.what for conflict in updated.conflicts] == ["cookie:acme_a", "cookie:acme_b"]
    assert updated.conflicts_file is not None
    assert json.loads(updated.conflicts_file.read_text("utf-8"))[0] == {
        "what": "cookie:acme_a",
        "answers": [
            {"rule": "core:acme/cookie:acme_a", "category": "targeting"},
            {"rule": "pack:open-cookie-database/cookie:acme_a", "category": "performance"},
        ],
        "answer": "targeting",
    }


def test_an_update_from_a_server_asks_only_for_what_is_new(
    tmp_path: Path, serve: Serve, files: FileServer
) -> None:
    files.headers = {"etag": '"1"'}
    origin = Mirror(f"http://{serve(files).address}")
    assert states(update(tmp_path, origin)) == ["updated"] * 4
    assert states(update(tmp_path, origin)) == ["unchanged"] * 4
    assert [headers.get("if-none-match") for _, headers in files.asked] == [None] * 4 + ['"1"'] * 4


def test_a_damaged_pack_that_is_not_fetched_is_left_out_and_said(tmp_path: Path) -> None:
    update(tmp_path, Given())
    (tmp_path / "packs" / "generations" / "0001" / OCD.file).write_bytes(b"damaged")
    (failure,) = update(tmp_path, Given(), wanted=[SOURCES[2]]).failures
    assert failure.problem.startswith("open-cookie-database: open-cookie-database.csv is damaged")
    assert [pack.id for pack in manifest(tmp_path).packs] == ["third-party-web", "easylist", "easyprivacy"]
    assert update(tmp_path, Given(), wanted=[SOURCES[2]]).failures == ()
