"""The command line as tests run it: in this process, or as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from click.testing import CliRunner, Result

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.server.cli import main


def run_cli(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Result:
    """Run `consentinel` in this process; what is no exit raises."""
    return CliRunner().invoke(main, list(map(str, arguments)), env=env, catch_exceptions=False)


def start_cli(*arguments: str | Path, directory: Path, stdout: str | None = None) -> subprocess.Popen[str]:
    """Start `consentinel` in a process group of its own, as a shell does for a terminal.

    stdout: a file instead of the pipe. Its warnings are shown: a test sees them on standard error.
    """
    with ExitStack() as files:
        return subprocess.Popen(
            [sys.executable, "-m", "consentinel.server", *map(str, arguments)],
            cwd=directory,
            env={**os.environ, "PYTHONWARNINGS": "default", "COLUMNS": "120"},
            start_new_session=True,
            stdout=files.enter_context(Path(stdout).open("w")) if stdout else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def mapped_to(server: LoopbackServer) -> tuple[str, str]:
    """Return the arguments that send every host to `server`."""
    return "--resolve", f"*={server.address}"
