"""Get a browser and prove that it renders: Playwright's download first, then the system's package manager.

Either way works by itself: where the download is blocked, the package manager alone succeeds. Success is
never an exit status; it is a page that was rendered (`browser.prove`).
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from consentinel.scanner import browser
from consentinel.scanner.browser_paths import find_browsers
from consentinel.scanner.errors import BrowserError

__all__ = ["Command", "ProvenBrowser", "install_browser", "package_commands", "run_command"]

Command = tuple[str, ...]
Run = Callable[[Command], bool]
Prove = Callable[[Path], str]
Say = Callable[[str], None]

COMMAND_TIMEOUT_S = 900
STDERR = 2

# Only the browser: the headless shell, which Playwright adds by default, is not used.
DOWNLOAD: Command = (sys.executable, "-m", "playwright", "install", "--no-shell", "chromium")
DOWNLOAD_WITH_LIBRARIES: Command = (*DOWNLOAD[:-1], "--with-deps", "chromium")
# Playwright asks for the password of others than root, and would wait for ever for it.
MAY_SUDO: Command = ("sudo", "-n", "true")
# Playwright waits 30 s at each of several attempts; a firewall that drops packets costs that time at each.
_IMPATIENT = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}

# One entry for each package manager, in the order in which they are looked for. Each inner tuple is one way;
# the next is tried when the last of its commands failed (Ubuntu's package has the other name).
PACKAGE_MANAGERS: dict[str, tuple[tuple[Command, ...], ...]] = {
    "apt-get": (
        (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", "chromium")),
        (("apt-get", "install", "-y", "--no-install-recommends", "chromium-browser"),),
    ),
    "dnf": ((("dnf", "install", "-y", "chromium"),),),
    "zypper": ((("zypper", "--non-interactive", "install", "chromium"),),),
    "pacman": ((("pacman", "-Sy", "--noconfirm", "--needed", "chromium"),),),
    "apk": ((("apk", "add", "--no-cache", "chromium"),),),
    "brew": ((("brew", "install", "--cask", "chromium"),),),
}


@dataclass(frozen=True)
class ProvenBrowser:
    """A browser that rendered a page just now."""

    path: Path
    version: str


def run_command(command: Command, timeout_s: float = COMMAND_TIMEOUT_S) -> bool:
    """Run `command` without input and with its output on stderr; return whether it exited with 0.

    On a timeout or Ctrl-C the whole process group is ended.
    """
    environment = {**_IMPATIENT, **os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        process = subprocess.Popen(  # noqa: S603 - fixed commands of this file
            command, stdin=subprocess.DEVNULL, stdout=STDERR, env=environment, process_group=0
        )
    except OSError:
        return False
    try:
        return process.wait(timeout_s) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def prove_now(path: Path) -> str:
    """Return the version of the browser at `path` after it rendered a page; raises BrowserError."""
    return asyncio.run(browser.prove(path))


def install_browser(
    *, with_deps: bool = True, say: Say, run: Run = run_command, prove: Prove = prove_now
) -> ProvenBrowser:
    """Return a browser that renders, installing one if there is none.

    with_deps: whether system packages may be installed, too. say gets progress, one line a call.
    Raises BrowserError when no way gave a browser that renders, or when CONSENTINEL_BROWSER names a bad one.
    """
    if present := _first_proven(prove, say):
        return present
    for way in _ways(with_deps=with_deps, run=run, say=say):
        if installed := _first_proven(prove, say):
            return installed
        say(f"{way} did not give a browser that renders")
    raise BrowserError(
        "no browser could be installed (see above): install Chromium or Chrome yourself, "
        "or set CONSENTINEL_BROWSER to one"
    )


def package_commands() -> tuple[tuple[Command, ...], ...]:
    """Return the ways to install Chromium by this machine's package manager; none if there is none.

    Managers of the system need root: others go through sudo, which must not ask for a password.
    """
    manager = next((name for name in PACKAGE_MANAGERS if shutil.which(name)), None)
    if manager is None:
        return ()
    if manager == "brew" or os.geteuid() == 0:
        return PACKAGE_MANAGERS[manager]
    return tuple(tuple(("sudo", "-n", *command) for command in way) for way in PACKAGE_MANAGERS[manager])


def _ways(*, with_deps: bool, run: Run, say: Say) -> Iterator[str]:
    """Try each way in turn; yield the name of each one that ended well."""
    say("getting Playwright's Chromium")
    if with_deps and _may_install(run) and run(DOWNLOAD_WITH_LIBRARIES):
        yield "Playwright's Chromium with its libraries"
    elif run(DOWNLOAD):
        yield "Playwright's Chromium"
    for way in package_commands() if with_deps else ():
        say(f"running {' '.join(way[-1])}")
        if _run_all(way, run):
            yield " ".join(way[-1])


def _may_install(run: Run) -> bool:
    return os.geteuid() == 0 or run(MAY_SUDO)


def _run_all(commands: Sequence[Command], run: Run) -> bool:
    """Return whether the last command succeeded; a refresh before it may fail (one dead mirror is enough)."""
    return [run(command) for command in commands][-1]


def _first_proven(prove: Prove, say: Say) -> ProvenBrowser | None:
    for found in find_browsers():
        try:
            return ProvenBrowser(found.path, prove(found.path))
        except BrowserError as error:
            if found.source == "CONSENTINEL_BROWSER":
                raise
            say(str(error))
    return None
