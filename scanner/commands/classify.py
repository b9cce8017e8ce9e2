"""`consentinel classify [FILE|-]`: JSON lines in, JSON lines out, one for one and in order."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from consentinel.scanner.classifying import MAX_LINE, classify_line
from consentinel.scanner.commands.catalogue_option import with_overrides
from consentinel.scanner.commands.warning import known_by
from consentinel.scanner.errors import InputError
from consentinel.scanner.outputs import print_stream
from consentinel.scanner.plural import plural
from consentinel.scanner.settings import resolve_settings


@click.command("classify")
@click.argument("source", metavar="[FILE|-]", default="-", type=click.Path(path_type=Path, allow_dash=True))
@with_overrides
def command(source: Path, overrides: tuple[Path, ...]) -> None:
    """Say what cookies, storage items and requests are, one JSON object a line.

    \b
    {"kind":"cookie","name":"_ga","domain":".example.org","site":"https://www.example.org/"}
    {"kind":"request","url":"https://t.example/p.gif","resource_type":"image","site":"https://www.example.org/"}
    {"kind":"storage","name":"ajs_user_id","site":"https://www.example.org/"}

    Each line is answered by one, in order and as it comes: its own fields, and `category` (null where it is
    unclassified), `contested`, `vendor`, `purpose`, `lifetime`, `rule`, `layer`, `confidence`, `evidence`. A
    line that cannot be read is answered by one with `error`.

    Exit status: 0 done, 1 a line could not be read, 2 it could not be done.
    """
    catalogue = known_by(resolve_settings({"catalogue": overrides}))
    errors = 0

    def answers() -> Iterator[bytes]:
        nonlocal errors
        with _opened(source) as stream:
            for line in _lines(stream):
                answer = classify_line(line, catalogue)
                errors += answer.is_error
                yield answer.line

    print_stream(answers())
    if errors:
        click.echo(f"consentinel: {plural(errors, 'line')} could not be read: see `error`", err=True)
    sys.exit(1 if errors else 0)


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    if str(source) == "-":
        yield sys.stdin.buffer
        return
    try:
        with source.open("rb") as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}: name a file that can be read") from error


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their ends; of a line that is too long just more than is allowed."""
    while line := _read(stream, MAX_LINE + 2):
        whole = line.endswith(b"\n")
        yield line.rstrip(b"\r\n")
        while not whole and (rest := _read(stream, MAX_LINE)):
            whole = rest.endswith(b"\n")


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.readline(size)
    except OSError as error:
        raise InputError(f"the input cannot be read ({error.strerror}): try again") from error
