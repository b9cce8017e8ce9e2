from dataclasses import replace
from pathlib import Path

import pytest

from consentinel.scanner.catalogue.filter_lists import FilterListText
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.packs.loading import load_packs
from consentinel.scanner.packs.parsed import Label, ParsedPack
from consentinel.scanner.packs.sources import SOURCES
from consentinel.scanner.packs.store import Store
from tests.scanner.packs.conftest import FILES, cookies, entities, entity, manifest_of, row


def install(directory: Path, **changed: bytes) -> Store:
    files = dict(FILES)
    files.update(
        {source.file: changed[key] for source in SOURCES if (key := source.id.replace("-", "_")) in changed}
    )
    store = Store(directory)
    with store.locked():
        store.install(files, manifest_of(files))
    return store


def test_no_packs_are_normal(tmp_path: Path) -> None:
    loaded = load_packs(tmp_path / "none")
    assert (loaded.sheets, loaded.filter_lists, loaded.versions, loaded.warnings) == ((), (), (), ())


def test_what_is_installed_is_loaded_in_order(tmp_path: Path) -> None:
    install(tmp_path, open_cookie_database=cookies(row("acme_a", "Marketing"), row("sid", "Analytics")))
    loaded = load_packs(tmp_path)
    assert [sheet.layer for sheet in loaded.sheets] == ["pack", "pack"]
    assert [name.text for name in loaded.sheets[0].names] == ["acme_a"]
    assert [host.host for host in loaded.sheets[1].hosts] == ["acme-ads.example"]
    assert loaded.filter_lists[0] == FilterListText("easylist", "EasyList", FILES["easylist.txt"].decode())
    assert [pack_id for pack_id, _ in loaded.versions] == [source.id for source in SOURCES]
    assert all(len(checksum) == 12 for _, checksum in loaded.versions)
    assert loaded.warnings == ()
    assert loaded.hints.about(Subject(kind="cookie", name="sid", host="a.example"))


def test_a_damaged_pack_is_left_out_with_a_warning(tmp_path: Path) -> None:
    store = install(tmp_path)
    (store.path / "generations" / "0001" / "easylist.txt").write_bytes(b"[Adblock Plus 2.0]\n||other^\n")
    loaded = load_packs(tmp_path)
    assert [text.id for text in loaded.filter_lists] == ["easyprivacy"]
    assert len(loaded.sheets) == 2
    assert "easylist" not in dict(loaded.versions)
    assert loaded.warnings == (
        "a pack was left out: easylist: easylist.txt is damaged, its checksum is wrong: "
        "run `consentinel catalogue update`",
    )


def test_a_pack_that_this_version_does_not_know_is_left_out(tmp_path: Path) -> None:
    install(tmp_path)
    loaded = load_packs(tmp_path, SOURCES[1:])
    assert len(loaded.versions) == 3
    assert "open-cookie-database: this version of consentinel does not know it" in loaded.warnings[0]


@pytest.mark.parametrize("name", ["current", "generations/0001/manifest.json"])
def test_damaged_records_are_a_warning_and_no_error(tmp_path: Path, name: str) -> None:
    (install(tmp_path).path / name).write_bytes(b"\0")
    loaded = load_packs(tmp_path)
    assert loaded.sheets == ()
    assert len(loaded.warnings) == 1
    assert loaded.warnings[0].startswith("no packs were used: ")


def test_a_data_directory_that_is_none_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in load_packs(tmp_path / "file").warnings[0]


def test_packs_are_reconciled(tmp_path: Path) -> None:
    twice = entities(entity("A", "ad", "a.example"), entity("B", "analytics", "a.example"))
    install(tmp_path, third_party_web=twice)
    assert load_packs(tmp_path).sheets[1].hosts[0].decision.category == "targeting"


@pytest.mark.parametrize("name", ["\\u0000", "..", "", "0001/../0001", "9" * 5_000])
def test_a_pointer_to_nowhere_is_a_warning(tmp_path: Path, name: str) -> None:
    (install(tmp_path).path / "current").write_text(f'{{"current": "{name}"}}')
    (warning,) = load_packs(tmp_path).warnings
    assert warning.endswith("names no generation: run `consentinel catalogue update`")


def test_a_data_directory_that_no_system_could_name_is_a_warning(tmp_path: Path) -> None:
    assert "is no directory" in load_packs(tmp_path / "a\0b").warnings[0]


def test_a_mistake_in_a_parser_costs_one_pack(tmp_path: Path) -> None:
    def mistaken(data: bytes, label: Label) -> ParsedPack:
        raise IndexError

    install(tmp_path)
    loaded = load_packs(tmp_path, [replace(SOURCES[0], parse=mistaken), *SOURCES[1:]])
    assert len(loaded.versions) == 3
    assert "open-cookie-database.csv cannot be read (IndexError)" in loaded.warnings[0]
