"""Settings files become sites, and follow them."""

import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.settings_file import parse_settings, read_settings
from consentinel.scanner.errors import InputError
from consentinel.server.errors import Unavailable
from consentinel.server.site_files import SiteFiles, read_document, settings_of
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import Site, all_sites, save_site

SHOP = """\
# the shop
site: https://shop.example/
scan:
  max_pages: 3
banner:
  mode: strict
  controller: "no"  # a name, not a truth value
  texts:
    en: {title: "Ü"}
  rules:
  - {category: targeting, host: ads.example}
catalogue:
  vendors: []
server:
  database: postgresql://me:secret@db.example/consents
"""
BLOG = "site: https://blog.example/\nmode: observe\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(tmp_path / "consentinel.yaml", SHOP)


def written(file: Path, text: str) -> Path:
    """Write a file with a time of change of its own, however coarse the clock of the disk is."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 1_000_000_000, before + 1_000_000_000))
    return file


def sites(database: Database) -> dict[str, Site]:
    with database.read() as connection:
        return {site.key: site for site in all_sites(connection)}


def test_what_is_kept_says_the_same_of_the_banner(shop: Path) -> None:
    kept = settings_of(read_document(shop))
    assert parse_settings(kept.encode(), "kept") == read_settings(shop)
    assert "secret" not in kept
    assert "max_pages" not in kept
    assert "catalogue:" in kept


@given(
    controller=st.text(st.characters(max_codepoint=0xFFFF, codec="utf-8"), min_size=1).filter(str.strip),
    sections=st.permutations(["scan: {max_pages: 3}", "server: {port: 1}", "site: https://shop.example/"]),
)
def test_whatever_a_text_holds_it_is_kept(
    tmp_path_factory: pytest.TempPathFactory, controller: str, sections: list[str]
) -> None:
    banner = f"banner: {{controller: {json.dumps(controller)}}}"
    file = written(tmp_path_factory.mktemp("site") / "a.yaml", "\n".join([*sections, banner]))
    kept = settings_of(read_document(file))
    assert parse_settings(kept.encode(), "kept") == read_settings(file)
    assert ("max_pages" in kept, "port" in kept) == ("max_pages" in controller, "port" in controller)


def test_a_file_without_sections(tmp_path: Path) -> None:
    file = written(tmp_path / "blog.yaml", BLOG)
    assert parse_settings(settings_of(read_document(file)).encode(), "kept") == read_settings(file)


def test_each_file_is_a_site(database: Database, shop: Path, tmp_path: Path) -> None:
    files = SiteFiles([shop, written(tmp_path / "blog.yaml", BLOG)])
    assert files.changed()
    assert sorted(files.load(database, 1_000)) == ["blog.example", "shop.example"]
    assert not files.changed()
    found = sites(database)
    assert {site.source for site in found.values()} == {"file"}
    assert found["blog.example"].settings == BLOG


def test_only_what_has_changed_is_written_again(database: Database, shop: Path, tmp_path: Path) -> None:
    blog = written(tmp_path / "blog.yaml", BLOG)
    files = SiteFiles([shop, blog])
    files.load(database, 1_000)
    written(blog, BLOG.replace("observe", "strict"))
    assert files.changed()
    assert files.load(database, 2_000) == ["blog.example"]
    found = sites(database)
    assert (found["blog.example"].created_ms, found["blog.example"].updated_ms) == (1_000, 2_000)
    assert found["shop.example"].updated_ms == 1_000


def test_the_file_is_the_master_and_what_it_leaves_goes_to_the_dashboard(
    database: Database, shop: Path
) -> None:
    with database.write() as connection:
        save_site(connection, "shop.example", "site: https://shop.example/\n", "dashboard", 0)
        save_site(connection, "other.example", "site: https://other.example/\n", "dashboard", 0)
    assert SiteFiles([shop]).load(database, 1_000) == ["shop.example"]
    assert sites(database)["shop.example"].source == "file"
    assert SiteFiles([]).load(database, 2_000) == []
    found = sites(database)
    assert {site.source for site in found.values()} == {"dashboard"}
    assert "mode: strict" in found["shop.example"].settings


def test_a_mistake_is_told_once_and_changes_nothing(database: Database, shop: Path) -> None:
    files = SiteFiles([shop])
    files.load(database, 1_000)
    written(shop, SHOP.replace("strict", "strickt"))
    with pytest.raises(InputError, match=r"consentinel\.yaml:6: .*strickt"):
        files.load(database, 2_000)
    assert not files.changed()
    assert sites(database)["shop.example"].updated_ms == 1_000
    written(shop, SHOP.replace("strict", "observe"))
    assert files.changed()
    assert files.load(database, 3_000) == ["shop.example"]


def test_a_file_that_is_gone_is_a_mistake(database: Database, shop: Path) -> None:
    files = SiteFiles([shop])
    files.load(database, 1_000)
    shop.unlink()
    assert files.changed()
    with pytest.raises(InputError, match="No such file"):
        files.load(database, 2_000)
    assert sites(database)["shop.example"].source == "file"


def test_a_file_that_was_closed_for_a_moment_is_read_when_it_can_be(
    sqlite_database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its time nor its length says that it can be read again; meanwhile it is told once."""
    files = SiteFiles([shop])
    with monkeypatch.context() as closed:
        closed.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match="Permission denied"):
            files.load(sqlite_database, 1_000)
        assert not files.changed()
    assert files.changed()
    assert files.load(sqlite_database, 2_000) == ["shop.example"]
    assert not files.changed()


def refuse(_path: Path, *_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_one_site_in_two_files(database: Database, shop: Path, tmp_path: Path) -> None:
    twice = written(tmp_path / "twice.yaml", "site: https://SHOP.example/en/\n")
    with pytest.raises(InputError, match=r"twice\.yaml: shop\.example has its settings in another file"):
        SiteFiles([shop, twice]).load(database, 1_000)


def test_what_could_not_be_written_is_tried_again(
    sqlite_database: Database, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentinel.server.storage.engines.BUSY_TIMEOUT_MS", 10)
    files = SiteFiles([shop])
    with sqlite_database.write(), pytest.raises(Unavailable):
        files.load(sqlite_database, 1_000)
    assert files.changed()
    assert files.load(sqlite_database, 2_000) == ["shop.example"]
