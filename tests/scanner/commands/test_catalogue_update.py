"""The commands are run as they are; `consentinel catalogue` is the group that holds them."""

from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from starlette.types import Receive, Scope, Send

from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.commands import catalogue_update
from consentinel.scanner.errors import ConsentinelError
from consentinel.scanner.packs.loading import load_packs
from tests.conftest import Serve
from tests.scanner.packs.conftest import FILES, FileServer, many_cookies

CORE = b"vendors: [{id: a, vendor: A, category: targeting, purpose: P., check: x, cookies: [acme_anvil1]}]\n"


@pytest.fixture(autouse=True)
def small_core(monkeypatch: pytest.MonkeyPatch) -> None:
    core = catalogue_from([Document("core.yaml", CORE)])
    monkeypatch.setattr(catalogue_update, "load_catalogue", lambda: core)


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A directory with all lists."""
    directory = tmp_path / "lists"
    directory.mkdir()
    for name, data in FILES.items():
        (directory / name).write_bytes(data)
    return directory


def run(command: click.Command, *arguments: str | Path, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(command, list(map(str, arguments)), env=env)


def error_of(result: Result) -> str:
    """The one line that the root of the command line prints before exit status 2."""
    assert isinstance(result.exception, ConsentinelError)
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_update_from_a_directory(tmp_path: Path, lists: Path) -> None:
    result = run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == [
        "open-cookie-database: updated, 10 entries",
        "    Apache-2.0; Open Cookie Database, by Jan Kwakman and contributors",
    ]
    file = tmp_path / "packs" / "generations" / "0001" / "conflicts.json"
    assert lines[-1] == f"1 conflict to review: {file}"
    assert file.exists()
    assert len(load_packs(tmp_path).versions) == 4


def test_update_from_a_server(tmp_path: Path, serve: Serve) -> None:
    address = f"http://{serve(FileServer(dict(FILES))).address}/"
    result = run(catalogue_update.update, "--from", address, "--data", tmp_path, "--pack", "easylist")
    assert result.exit_code == 0
    assert load_packs(tmp_path).versions[0][0] == "easylist"


def test_the_data_directory_comes_from_the_environment(tmp_path: Path, lists: Path) -> None:
    result = run(catalogue_update.update, "--from", lists, env={"CONSENTINEL_DATA": str(tmp_path / "d")})
    assert result.exit_code == 0
    assert load_packs(tmp_path / "d").versions


def test_a_pack_that_fails_is_said_in_one_line_and_the_others_update(tmp_path: Path, lists: Path) -> None:
    run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    (lists / "easylist.txt").write_text("<!doctype html>")
    (lists / "open-cookie-database.csv").write_bytes(many_cookies(12))
    result = run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    message = error_of(result)
    assert message.startswith(
        "1 of 4 packs not updated: easylist: easylist.txt is a web page and not the list"
    )
    assert message.endswith("stays in use)")
    assert "open-cookie-database: updated, 12 entries (were 10)" in result.stdout
    assert load_packs(tmp_path).warnings == ()


def test_a_first_update_that_fails(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(
        catalogue_update.update, "--from", tmp_path / "empty", "--data", tmp_path, "--pack", "easylist"
    )
    assert error_of(result).endswith("put the file there, or leave the pack out (not installed)")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--pack", "nothing"], "unknown pack 'nothing'"),
        (["--from", "no/such/directory"], "there is no such directory"),
        (["--from", ""], "--from is empty"),
        (["--from", "ftp://mirror.example/"], "only http:// and https://"),
    ],
)
def test_bad_options_are_said_in_one_line(tmp_path: Path, arguments: list[str], reason: str) -> None:
    result = run(catalogue_update.update, "--data", tmp_path, *arguments)
    assert reason in error_of(result)
    assert list(tmp_path.iterdir()) == []


def test_a_list_that_shrinks_has_to_be_allowed(tmp_path: Path, lists: Path) -> None:
    arguments = ("--from", lists, "--data", tmp_path)
    run(catalogue_update.update, *arguments)
    (lists / "open-cookie-database.csv").write_bytes(many_cookies(2))
    assert "has 2 entries now and had 10" in error_of(run(catalogue_update.update, *arguments))
    allowed = run(catalogue_update.update, *arguments, "--allow-shrink")
    assert "open-cookie-database: updated, 2 entries (were 10)" in allowed.stdout


def test_rollback(tmp_path: Path, lists: Path) -> None:
    run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    first = load_packs(tmp_path).versions
    (lists / "open-cookie-database.csv").write_bytes(many_cookies(11))
    run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    result = run(catalogue_update.rollback, "--data", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.startswith("now in use: generation 0001\nopen-cookie-database: 10 entries, ")
    assert load_packs(tmp_path).versions == first


def test_rollback_without_anything_to_go_back_to(tmp_path: Path) -> None:
    (tmp_path / "packs" / "generations").mkdir(parents=True)
    assert "no earlier generation" in error_of(run(catalogue_update.rollback, "--data", tmp_path))


def test_packs_before_any_update(tmp_path: Path) -> None:
    result = run(catalogue_update.packs, "--data", tmp_path)
    assert result.exit_code == 0
    assert result.stdout.startswith("no packs are installed; `consentinel catalogue update` fetches them\n")
    assert "easylist: not installed, filters for advertising\n" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_packs_shows_age_licence_and_damage(
    tmp_path: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_update, "_today", lambda: date(2026, 1, 31))
    run(
        catalogue_update.update,
        "--from",
        lists,
        "--data",
        tmp_path,
        "--pack",
        "easylist",
        "--pack",
        "easyprivacy",
    )
    (tmp_path / "packs" / "generations" / "0001" / "easyprivacy.txt").write_text("damaged")
    monkeypatch.setattr(catalogue_update, "_today", lambda: date(2026, 2, 1))
    lines = run(catalogue_update.packs, "--data", tmp_path).stdout.splitlines()
    assert lines[0].startswith("easylist: 2 entries, of 2026-01-31 (1 day old), sha256 ")
    assert lines[1].startswith("    GPL-3.0-or-later OR CC-BY-SA-3.0; EasyList, by the EasyList authors")
    came_from = (lists / "easylist.txt").as_uri()
    assert lines[2] == f"    {came_from}, for https://easylist.to/easylist/easylist.txt"
    assert lines[3].endswith("; damaged, not used: update again")
    assert "third-party-web: not installed, hosts and who runs them" in lines


def test_rollback_makes_no_directory(tmp_path: Path) -> None:
    assert "no packs are installed" in error_of(run(catalogue_update.rollback, "--data", tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_rollback_to_damaged_packs_is_refused(tmp_path: Path, lists: Path) -> None:
    run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    (lists / "open-cookie-database.csv").write_bytes(many_cookies(11))
    run(catalogue_update.update, "--from", lists, "--data", tmp_path)
    versions = load_packs(tmp_path).versions
    (tmp_path / "packs" / "generations" / "0001" / "easylist.txt").write_text("damaged")
    message = error_of(run(catalogue_update.rollback, "--data", tmp_path))
    assert message.startswith("generation 0001 was not taken: easylist: easylist.txt is ")
    assert load_packs(tmp_path).versions == versions


def test_a_bad_redirect_of_one_pack_does_not_cost_the_others(tmp_path: Path, serve: Serve) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        bad = scope["type"] == "http" and scope["path"] == "/easylist.txt"
        server = FileServer(dict(FILES))
        if bad:
            server.status, server.headers = 302, {"location": "http://127.0.0.1:99999/x"}
        await server(scope, receive, send)

    result = run(catalogue_update.update, "--from", f"http://{serve(app).address}/", "--data", tmp_path)
    assert "1 of 4 packs not updated: easylist: " in error_of(result)
    assert len(load_packs(tmp_path).versions) == 3
