import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from consentinel.scanner import install
from consentinel.scanner.browser_paths import FoundBrowser
from consentinel.scanner.commands.install import command
from consentinel.scanner.errors import BrowserError
from consentinel.scanner.install import (
    DOWNLOAD,
    DOWNLOAD_WITH_LIBRARIES,
    MAY_SUDO,
    Command,
    ProvenBrowser,
    install_browser,
    package_commands,
    run_command,
)

DOWNLOADED = FoundBrowser(Path("/cache/chrome"), "playwright")
PACKAGED = FoundBrowser(Path("/usr/bin/chromium"), "system")
NAMED = FoundBrowser(Path("/opt/mine"), "CONSENTINEL_BROWSER")


class Machine:
    """A pretended machine: `gives` says what each command's success brings, `renders` which browsers work."""

    def __init__(self, *present: FoundBrowser) -> None:
        self.browsers = list(present)
        self.renders: set[FoundBrowser] = set(present)
        self.gives: dict[Command, FoundBrowser] = {}
        self.ran: list[Command] = []
        self.said: list[str] = []

    def run(self, command: Command) -> bool:
        self.ran.append(command)
        if command not in self.gives:
            return False
        self.browsers.append(self.gives[command])
        return True

    def prove(self, path: Path) -> str:
        if path not in {found.path for found in self.renders}:
            raise BrowserError(f"{path} starts but renders nothing")
        return "156.0"

    def install(self, *, with_deps: bool = True) -> ProvenBrowser:
        return install_browser(with_deps=with_deps, say=self.said.append, run=self.run, prove=self.prove)


Boot = Callable[..., Machine]


@pytest.fixture
def boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    """Start a Debian machine, as root, with the given browsers."""

    def start(*present: FoundBrowser) -> Machine:
        machine = Machine(*present)
        monkeypatch.setattr(install, "find_browsers", lambda: list(machine.browsers))
        return machine

    has_packages_of("apt-get", monkeypatch)
    return start


def has_packages_of(manager: str, monkeypatch: pytest.MonkeyPatch, *, user_id: int = 0) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name == manager else None)
    monkeypatch.setattr("os.geteuid", lambda: user_id)


def apt_install(name: str) -> Command:
    return ("apt-get", "install", "-y", "--no-install-recommends", name)


def test_a_browser_that_renders_is_enough(boot: Boot) -> None:
    machine = boot(PACKAGED)
    assert machine.install() == ProvenBrowser(PACKAGED.path, "156.0")
    assert machine.ran == []


def test_the_download_comes_first(boot: Boot) -> None:
    machine = boot()
    machine.gives[DOWNLOAD_WITH_LIBRARIES] = DOWNLOADED
    machine.renders = {DOWNLOADED}
    assert machine.install().path == DOWNLOADED.path
    assert machine.ran == [DOWNLOAD_WITH_LIBRARIES]
    assert " ".join(DOWNLOAD_WITH_LIBRARIES[-4:]) == "install --no-shell --with-deps chromium"


def test_where_the_libraries_cannot_be_had_the_browser_is_downloaded_alone(boot: Boot) -> None:
    machine = boot()
    machine.gives[DOWNLOAD] = DOWNLOADED
    machine.renders = {DOWNLOADED}
    assert machine.install().path == DOWNLOADED.path
    assert machine.ran == [DOWNLOAD_WITH_LIBRARIES, DOWNLOAD]


@pytest.mark.parametrize("allowed", [True, False])
def test_without_root_libraries_need_a_sudo_that_does_not_ask(
    boot: Boot, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    machine = boot()
    has_packages_of("apt-get", monkeypatch, user_id=1000)
    machine.gives = {DOWNLOAD: DOWNLOADED, DOWNLOAD_WITH_LIBRARIES: DOWNLOADED}
    machine.renders = {DOWNLOADED}
    if allowed:
        machine.gives[MAY_SUDO] = DOWNLOADED
    machine.install()
    assert machine.ran == [MAY_SUDO, DOWNLOAD_WITH_LIBRARIES if allowed else DOWNLOAD]


def test_a_blocked_download_leaves_it_to_the_package_manager(boot: Boot) -> None:
    machine = boot()
    machine.gives[apt_install("chromium")] = PACKAGED
    machine.renders = {PACKAGED}
    assert machine.install().path == PACKAGED.path
    refresh = ("apt-get", "update")
    assert machine.ran == [DOWNLOAD_WITH_LIBRARIES, DOWNLOAD, refresh, apt_install("chromium")]


def test_the_other_name_of_the_package_is_tried(boot: Boot) -> None:
    machine = boot()
    machine.gives[apt_install("chromium-browser")] = PACKAGED
    machine.renders = {PACKAGED}
    assert machine.install().path == PACKAGED.path


def test_exit_status_zero_without_a_rendered_page_is_no_success(boot: Boot) -> None:
    machine = boot()
    machine.gives = {DOWNLOAD_WITH_LIBRARIES: DOWNLOADED, apt_install("chromium"): PACKAGED}
    machine.renders = set()
    with pytest.raises(BrowserError, match="no browser could be installed"):
        machine.install()
    assert any("did not give a browser that renders" in line for line in machine.said)


def test_no_deps_touches_no_system_package(boot: Boot) -> None:
    machine = boot()
    with pytest.raises(BrowserError):
        machine.install(with_deps=False)
    assert machine.ran == [DOWNLOAD]


def test_a_named_browser_that_does_not_render_is_not_replaced(boot: Boot) -> None:
    machine = boot(NAMED)
    machine.renders = set()
    with pytest.raises(BrowserError, match="/opt/mine starts but renders nothing"):
        machine.install()
    assert machine.ran == []


@pytest.mark.parametrize("manager", ["apt-get", "dnf", "zypper", "pacman", "apk", "brew"])
def test_each_package_manager_has_a_command(manager: str, monkeypatch: pytest.MonkeyPatch) -> None:
    has_packages_of(manager, monkeypatch)
    assert {line[0] for way in package_commands() for line in way} == {manager}


@pytest.mark.parametrize(("manager", "first"), [("apt-get", "sudo"), ("brew", "brew")])
def test_without_root_the_system_is_asked_through_sudo(
    manager: str, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_packages_of(manager, monkeypatch, user_id=1000)
    assert {line[0] for way in package_commands() for line in way} == {first}


def test_a_machine_without_package_manager_has_no_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    has_packages_of("none", monkeypatch)
    assert package_commands() == ()


def test_output_of_commands_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command((sys.executable, "-c", "print('progress')"))
    assert capfd.readouterr() == ("", "progress\n")


@pytest.mark.parametrize(("own", "expected"), [(None, "10000\n"), ("90000", "90000\n")])
def test_a_blocked_download_gives_up_soon(
    own: str | None, expected: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    name = "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT"
    monkeypatch.delenv(name, raising=False)
    if own:
        monkeypatch.setenv(name, own)
    assert run_command((sys.executable, "-c", f"import os; print(os.environ['{name}'])"))
    assert capfd.readouterr().err == expected


@pytest.mark.parametrize("arguments", [(sys.executable, "-c", "raise SystemExit(1)"), ("/no/such/program",)])
def test_a_command_that_fails_or_is_missing_is_false(arguments: Command) -> None:
    assert not run_command(arguments)


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    hang = f"sleep 60 & echo $! > {marker}; wait"
    assert not run_command(("/bin/sh", "-c", hang), timeout_s=0.5)
    child = int(marker.read_text(encoding="utf-8"))
    deadline_s = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert not is_running(child)


def is_running(process_id: int) -> bool:
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_command_prints_the_browser_on_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(*, with_deps: bool, say: Callable[[str], None]) -> ProvenBrowser:
        say(f"deps {with_deps}")
        return ProvenBrowser(PACKAGED.path, "156.0")

    monkeypatch.setattr("consentinel.scanner.commands.install.install_browser", pretend)
    result = CliRunner().invoke(command, ["--no-deps"])
    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "browser: /usr/bin/chromium 156.0\n",
        "deps False\n",
    )
