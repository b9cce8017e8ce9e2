import errno
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata

import click
import pytest
from click.testing import CliRunner, Result

from consentinel.scanner.errors import BrowserError
from consentinel.server.cli import COMMANDS, LazyCommand, main

Raise = Callable[[BaseException], Result]


@pytest.fixture
def run_raising(monkeypatch: pytest.MonkeyPatch) -> Raise:
    """Run a command that raises the given exception."""

    def run(error: BaseException) -> Result:
        def fail() -> None:
            raise error

        command = click.Command("broken", callback=fail)
        monkeypatch.setitem(COMMANDS, "broken", LazyCommand("no.module:command", "It fails."))
        monkeypatch.setattr(LazyCommand, "load", lambda _: command)
        return CliRunner().invoke(main, ["broken"])

    return run


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.stdout == f"consentinel, version {metadata.version('consentinel')}\n"


def test_help_names_every_command_and_imports_none() -> None:
    code = (
        "import sys; from consentinel.server.cli import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in sys.modules if 'commands' in name or 'playwright' in name])"
    )
    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    for name, command in COMMANDS.items():
        assert f"  {name} " in output
        assert command.summary in output
    assert output.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_loads_and_has_help(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert COMMANDS[name].load().name == name


def test_a_question_that_nobody_answers_is_exit_2(run_raising: Raise) -> None:
    result = run_raising(click.Abort())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("consentinel: not confirmed: nothing was done")


def test_known_errors_are_one_line_and_exit_2(run_raising: Raise) -> None:
    result = run_raising(BrowserError("no browser: run `consentinel install`"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "consentinel: error: no browser: run `consentinel install`\n"


def test_errors_cannot_drive_the_terminal(run_raising: Raise) -> None:
    result = run_raising(BrowserError("evil\x1b]0;title\x07\u202e\nsecond line"))
    assert result.stderr == "consentinel: error: evil\\x1b]0;title\\x07\\u202e\\x0asecond line\n"


def test_ctrl_c_exits_130(run_raising: Raise) -> None:
    result = run_raising(KeyboardInterrupt())
    assert (result.exit_code, result.stderr) == (130, "consentinel: interrupted\n")


def test_unexpected_errors_are_not_hidden(run_raising: Raise) -> None:
    assert isinstance(run_raising(ZeroDivisionError()).exception, ZeroDivisionError)


def test_an_unknown_command_is_exit_2() -> None:
    result = CliRunner().invoke(main, ["scna"])
    assert result.exit_code == 2
    assert "No such command 'scna'. Did you mean scan?" in result.stderr


@pytest.mark.parametrize(("typed", "meant"), [("server", "serve"), ("publsh", "publish")])
def test_a_command_that_is_nearly_one_is_suggested(typed: str, meant: str) -> None:
    assert (
        CliRunner()
        .invoke(main, [typed])
        .stderr.endswith(f"No such command '{typed}'. Did you mean {meant}?\n")
    )


def test_nothing_is_suggested_for_what_is_like_no_command() -> None:
    assert CliRunner().invoke(main, ["xyzzy"]).stderr.endswith("No such command 'xyzzy'.\n")


def test_the_module_runs_as_the_command() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "consentinel.server", "--version"], check=True, capture_output=True, text=True
    )
    assert ended.stdout.startswith("consentinel, version ")


def test_a_file_that_may_not_be_touched_is_one_line(run_raising: Raise) -> None:
    """Where nobody has foreseen it: a folder above it is closed, its name is too long."""
    result = run_raising(PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/closed/keys.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "consentinel: error: /closed/keys.json: Permission denied: name another file, or allow this one\n"
    )


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.EIO, "I/O")])
def test_what_is_about_no_file_is_left_to_others(run_raising: Raise, error: OSError) -> None:
    assert "name another file" not in run_raising(error).output
