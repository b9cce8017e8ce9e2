"""`consentinel serve` as a process: what it prints, and how it ends."""

import errno
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from consentinel.server import waiting
from consentinel.server.cli import main
from consentinel.server.errors import ServerError
from consentinel.server.ledger.anchor import Anchor
from consentinel.server.ledger.restore import WAY_ON
from consentinel.server.ledger.shards import Head
from consentinel.server.listening import listen, warnings, with_real_port
from consentinel.server.served_at import served_at
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site
from tests.server.choices import choice
from tests.support.server_process import ServerProcess, run_command

SETTINGS = "site: https://shop.example/\nbanner:\n  mode: standard\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with the settings of a site."""
    (tmp_path / "consentinel.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[ServerProcess]:
    with ServerProcess(folder) as server:
        yield server


def post(server: ServerProcess, body: bytes, length: int) -> socket.socket:
    """Begin to post a choice; return once the handler asks for the body."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    fields = f"Host: a\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nExpect: 100-continue"
    connection.sendall(f"POST /v1/consents HTTP/1.1\r\n{fields}\r\n\r\n".encode())
    assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
    connection.sendall(body)
    return connection


def wait_until_closed(server: ServerProcess) -> None:
    """Return when nobody listens at the port any more."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port)).close()
        except ConnectionResetError:  # it closed while this connection was still in its queue
            continue
        except ConnectionRefusedError:
            return


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while part := connection.recv(65_536):
        found += part
    return found


def requests_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "requests.log").read_text().splitlines()]


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_when_all_that_was_begun_is_done(folder: Path, name: str) -> None:
    body = json.dumps(choice()).encode()
    with ServerProcess(folder) as server:
        with closing(post(server, body[:10], len(body))) as connection:
            server.process.send_signal(signal.Signals[name])
            wait_until_closed(server)
            connection.sendall(body[10:])
            answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(60) == 0
    with ServerProcess(folder) as server, closing(post(server, body, len(body))) as connection:
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200 ")  # it was written: this is a repeat


def test_a_second_signal_ends_it_at_once(server: ServerProcess) -> None:
    with closing(post(server, b"{", 100)) as connection:
        server.process.terminate()
        wait_until_closed(server)
        server.process.terminate()
        assert server.process.wait(60) == 130
        assert b"201" not in connection.recv(100)


def test_says_where_it_is_and_how_to_begin(server: ServerProcess, folder: Path) -> None:
    found = re.search(r"set up an administrator, once and within 24 hours: (\S+)", "".join(server.log))
    assert found is not None
    assert found[1].startswith(f"{server.url}/admin/setup?token=")
    with urlopen(found[1]) as page:
        assert page.status == 200
    assert server.stop() == 0
    assert server.log == [
        f"consentinel: set up an administrator, once and within 24 hours: {found[1]}\n",
        f"consentinel: serving on {server.url}\n",
    ]
    assert [line["route"] for line in requests_of(folder)] == ["/admin/setup"]


def test_a_link_for_one_more_is_printed_beside_the_server(server: ServerProcess) -> None:
    for _ in range(2):
        ended = run_command(server.folder, "", "serve", "--setup-link")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout.startswith(f"{server.url}/admin/setup?token=")
        with urlopen(ended.stdout.strip()) as page:
            assert page.status == 200


def test_what_was_lost_is_said_at_the_start_with_the_way_on(folder: Path) -> None:
    with ServerProcess(folder) as server:
        pass
    lost = Head("x/shop.example/2020Q1", 9, bytes(32))
    Anchor.of(ServerSettings(data=server.data)).remember([lost])
    with ServerProcess(folder) as server:
        pass
    assert server.log[-1] == f"consentinel: {WAY_ON}\n"
    assert server.log[-2].startswith(f"consentinel: {lost.origin}: it had 9 entries")


def test_what_is_wrong_at_the_start_is_logged_once(server: ServerProcess, folder: Path) -> None:
    server.stop()
    address = f"sqlite:///{server.data / 'consentinel.db'}"
    with closing(Database(address)) as database, database.write() as connection:
        save_site(connection, "broken.example", "site: [", "dashboard", 1)
    with ServerProcess(folder):
        pass
    assert [line["event"] for line in requests_of(folder)] == ["settings of sites cannot be read"]


def test_the_data_folder_is_for_its_owner_alone(server: ServerProcess) -> None:
    for name in ("keys.json", "consentinel.db"):
        assert (server.data / name).stat().st_mode & 0o077 == 0


def test_who_publishes_beside_it_learns_where_it_is(server: ServerProcess) -> None:
    address = f"sqlite:///{server.data / 'consentinel.db'}"
    with closing(Database(address)) as database, database.read() as connection:
        assert served_at(connection) == server.url


@pytest.mark.browser
def test_t22_a_browser_sets_up_logs_out_and_logs_in_on_loopback(server: ServerProcess, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(server.log[0].rpartition(" ")[2].strip())
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_label("The password again").fill("correct horse battery")
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    page.goto(f"{server.url}/admin/password")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Change your password")).to_be_visible()
    assert [text for text in said if "401" not in text] == []


def refused(folder: Path, *arguments: str) -> str:
    """Run `serve` with what it cannot start with; return what it says."""
    result = CliRunner().invoke(main, ["serve", "--data", str(folder / "data"), "--port", "0", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = refused(tmp_path, "--port", str(port))
    assert said == (
        f"consentinel: error: port {port} of 127.0.0.1: Address already in use: choose another with --port\n"
    )
    assert not (tmp_path / "data").exists()


def loaded_by_refusal(folder: Path, *arguments: str) -> set[str]:
    """Run `serve` with what it cannot start with; return the modules that it loaded to find out."""
    line = ["serve", "--data", str(folder / "data"), *arguments]
    code = (
        f"import sys; from consentinel.server.cli import main\n"
        f"try: main({line})\n"
        f"finally: print(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert ended.returncode == 2
    return set(ended.stdout.split())


def test_a_port_that_is_taken_is_said_before_anything_big_is_loaded(tmp_path: Path) -> None:
    """On a busy machine that is the difference between one second and ten."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        loaded = loaded_by_refusal(tmp_path, "--port", str(other.getsockname()[1]))
    assert loaded & {"sqlalchemy", "starlette", "uvicorn", "tldextract", "lxml"} == set()


def test_a_database_that_cannot_be_reached_is_said_before_the_application_is_loaded(tmp_path: Path) -> None:
    loaded = loaded_by_refusal(tmp_path, "--port", "0", "--database", "postgresql://127.0.0.1:1/x")
    assert "sqlalchemy" in loaded
    assert loaded & {"starlette", "uvicorn"} == set()


def test_a_database_that_says_nothing_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_S", 0.1)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        database = f"postgresql://ada:secret@{address}/x?connect_timeout=2"
        line = ["serve", "--data", str(tmp_path / "data"), "--port", "0", "--database", database]
        result = CliRunner().invoke(main, line)
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first == f"consentinel: waiting for the database at {address}/x"
    assert second.startswith("consentinel: error: the database cannot be reached")
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("site: https://shop.example/\nbanner:\n  colour: red\n", "consentinel.yaml:3: "),
        ("server:\n  prot: 1\n", "consentinel.yaml:2: "),
    ],
)
def test_settings_that_cannot_be_used_are_said_in_one_line(tmp_path: Path, settings: str, says: str) -> None:
    file = tmp_path / "consentinel.yaml"
    file.write_text(settings)
    assert says in refused(tmp_path, "--config", str(file))


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert "data" in refused(tmp_path)


def test_a_database_in_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    said = refused(tmp_path, "--database", f"sqlite:///{missing}/x.db")
    assert said.startswith(f"consentinel: error: {missing}: no such folder: make it, ")
    assert not missing.exists()


def test_a_database_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "consentinel.db").write_bytes(b"this is no database" * 100)
    assert "database" in refused(tmp_path)


def test_help_imports_no_server() -> None:
    result = CliRunner().invoke(main, ["serve", "--help"])
    assert result.exit_code == 0
    assert "--setup-link" in result.output
    assert "SIGTERM" in result.output


@pytest.mark.parametrize("host", ["256.1.1.1", "no-such-host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(ServerError, match=re.escape(host)):
        listen(host, 0)


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("192.0.2.1", "--host 192.0.2.1: Cannot assign requested address: name an address of this machine"),
        ("no-such-host.invalid", "--host no-such-host.invalid: "),
    ],
)
def test_what_to_do_about_an_address_of_another_machine(host: str, says: str) -> None:
    """Another port would not help."""
    with pytest.raises(ServerError) as caught:
        listen(host, 0)
    assert str(caught.value).startswith(says)
    assert "--port" not in str(caught.value)


def test_a_port_that_only_root_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(_socket: socket.socket, _address: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(
        ServerError, match=r"port 80 of 127\.0\.0\.1: Permission denied: choose one from 1024 on"
    ):
        listen("127.0.0.1", 80)


def test_listens_at_ipv6_too() -> None:
    with listen("::1", 0) as listening:
        assert listening.getsockname()[0] == "::1"


@pytest.mark.parametrize(
    ("host", "public_url", "warned"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080", False),
        ("::1", "http://[::1]:8080", False),
        ("0.0.0.0", "https://consent.example", False),
        ("0.0.0.0", "http://127.0.0.1:8080", True),
        ("192.0.2.7", "http://consent.example", True),
    ],
)
def test_t22_who_opens_the_server_without_tls_is_warned(host: str, public_url: str, warned: bool) -> None:
    settings = ServerSettings(data=Path(), host=host, public_url=public_url)
    assert bool(warnings(settings)) is warned


@pytest.mark.parametrize(
    ("public_url", "becomes"),
    [("http://127.0.0.1:0", "http://127.0.0.1:4711"), ("https://consent.example", "https://consent.example")],
)
def test_port_0_becomes_the_real_one(public_url: str, becomes: str) -> None:
    settings = with_real_port(ServerSettings(data=Path(), port=0, public_url=public_url), 4711)
    assert (settings.port, settings.public_url) == (4711, becomes)


def test_by_default_it_listens_on_loopback_alone() -> None:
    assert ServerSettings(data=Path()).host == "127.0.0.1"
