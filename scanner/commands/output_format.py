"""The format that the name of an output file asks for."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from consentinel.scanner.errors import InputError

_Format = TypeVar("_Format")


def format_by_suffix(file: Path, suffixes: Mapping[str, _Format]) -> _Format:
    """Return the format of a file's suffix, in upper or lower case; raise InputError for another one."""
    try:
        return suffixes[file.suffix.lower()]
    except KeyError:
        raise InputError(
            f"{file.name}: unknown output format, use --format or a name in {' '.join(suffixes)}"
        ) from None
