"""Where results go: files that are there in full or not at all, and standard output."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.errors import InputError, OutputError
from consentinel.scanner.har import har_log
from consentinel.scanner.rendering.formats import Format, format_for_suffix, render, render_for_stream
from consentinel.scanner.rendering.json import scrub
from consentinel.scanner.report import Report
from consentinel.scanner.visit import VisitResult

_ANYONE = 0o666  # less what the umask takes away
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class OutputFile:
    """A file to write, and the format that its suffix asks for."""

    path: Path
    format: Format


def plan_outputs(paths: Sequence[Path], also: Path | None = None) -> tuple[OutputFile, ...]:
    """Return what to write, once it is certain that it can be: a scan may take long.

    also: a further file, which somebody will edit: it must not be there yet. Raises InputError for a suffix
    that means no format, a file named twice or one that is there; OutputError where it cannot be written.
    """
    if also is not None and also.exists():
        raise InputError(f"{also}: is there already, perhaps with your own answers: name a new file")
    files = tuple(OutputFile(path, format_for_suffix(path)) for path in paths)
    named = (*paths, also) if also else tuple(paths)
    targets = [path.resolve() for path in named]
    for path, target in zip(named, targets, strict=True):
        if targets.count(target) > 1:
            raise InputError(f"{path}: named twice: give each output a file of its own")
        _check_writable(path, target)
    return files


def make_directory(directory: Path) -> None:
    """Create a directory unless it is there; raise OutputError where nothing can be written into it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _error(directory, error) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise OutputError(f"{directory}: Permission denied: choose a place that can be written")


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file so that it is there in full or as it was before, also after a crash.

    private: nobody but the owner may read it. Through a link its target is written; what is no regular file
    (a pipe, a device) is written to directly. Raises OutputError where that fails.
    """
    target = path.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target, content, _OWNER_ONLY if private else _ANYONE)
    except OSError as error:
        raise _error(path, error) from error


def write_reports(
    report: Report, files: Iterable[OutputFile], screenshots: Mapping[State, bytes]
) -> list[OutputError]:
    """Write the report into each file; return what failed: one full disk must not cost the other results."""
    failures = []
    for file in files:
        try:
            write_whole(file.path, render(report, file.format, screenshots=screenshots).encode())
        except OutputError as error:
            failures.append(error)
    return failures


def write_har(directory: Path, report: Report, visits: Sequence[VisitResult], *, values: bool) -> None:
    """Write `<state>.har` for each state that was visited; raise OutputError where that fails."""
    make_directory(directory)
    for visit in report.states:
        results = [result for result in visits if result.plan.state == visit.state]
        if results:
            log = har_log(results, browser=report.environment.browser, values=values)
            content = msgspec.json.format(msgspec.json.encode(scrub(log)), indent=1) + b"\n"
            write_whole(directory / f"{visit.state}.har", content, private=values)


def print_report(report: Report, shape: Format, screenshots: Mapping[State, bytes]) -> None:
    """Print the report on standard output; text as it suits the terminal, all else as UTF-8."""
    if shape == "text":
        print_result(render_for_stream(report))
    else:
        print_result(render(report, shape, screenshots=screenshots).encode())


def print_result(content: str | bytes) -> None:
    """Write to standard output; raise OutputError where it is full.

    A reader that had enough (`| head`) is no error.
    """
    try:
        click.echo(content, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
    except OSError as error:
        _drop_stdout()
        raise _error("standard output", error) from error


def print_stream(lines: Iterable[bytes]) -> None:
    """Write each line to standard output as it comes, so that who waits for it gets it at once.

    Ends where the reader had enough. Raises OutputError where standard output is full, and what `lines` do.
    """
    target = sys.stdout.buffer
    for line in lines:
        try:
            target.write(line)
            target.flush()
        except BrokenPipeError:
            _drop_stdout()
            return
        except OSError as error:
            _drop_stdout()
            raise _error("standard output", error) from error


def _check_writable(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise OutputError(
            f"{path}: there is no directory {target.parent}: create it, or choose another place"
        )
    if target.is_dir():
        raise OutputError(f"{path}: this is a directory: name a file")
    replaceable = target.is_file() or not target.exists()
    if not os.access(target.parent if replaceable else target, os.W_OK):
        raise OutputError(f"{path}: Permission denied: choose a place that can be written")


def _replace(target: Path, content: bytes, mode: int) -> None:
    temporary = target.with_name(f".consentinel-{os.getpid()}-{abs(hash(target)):x}.part")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            if mode == _ANYONE and target.exists():
                os.fchmod(descriptor, target.stat().st_mode & 0o777)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _drop_stdout() -> None:
    """Let what is still buffered go nowhere, or the interpreter complains about it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _error(what: Path | str, error: OSError) -> OutputError:
    return OutputError(f"{what}: {error.strerror}: choose a place that can be written")
