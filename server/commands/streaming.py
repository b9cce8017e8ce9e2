"""A long result, piece by piece: to standard output, or into a file that is there in full or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import click

from consentinel.scanner.errors import OutputError
from consentinel.scanner.packs.durable import sync_directory


def write_stream(target: Path | None, pieces: Iterable[bytes]) -> None:
    """Write all pieces; what they raise goes on, and then no file is there. None: standard output.

    The file is readable by its owner alone, as it is about visitors. Raises OutputError.
    """
    try:
        if target is None:
            with click.open_file("-", "wb") as stream:
                stream.writelines(pieces)
        else:
            _write_file(target, pieces)
    except BrokenPipeError:
        raise
    except OSError as error:
        place = target or "standard output"
        raise OutputError(f"{place}: {error.strerror}: choose a place that can be written") from error


def _write_file(target: Path, pieces: Iterable[bytes]) -> None:
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
        try:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(target)
        except BaseException:
            Path(stream.name).unlink()
            raise
    sync_directory(target.parent)
