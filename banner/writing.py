"""The output folder: each file is there in full or as it was before, and no other file is touched."""

from collections.abc import Mapping
from pathlib import Path

from consentinel.scanner.errors import OutputError
from consentinel.scanner.packs.durable import replace_file


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made where it is missing; return their paths.

    The script comes last: it names the others. Raises OutputError where that fails.
    """
    order = sorted(files, key=lambda name: (name == "consentinel.js", name))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in order:
            replace_file(folder / name, files[name])
    except OSError as error:
        raise OutputError(
            f"{error.filename or folder}: {error.strerror}: choose a place that can be written"
        ) from error
    return [folder / name for name in order]
