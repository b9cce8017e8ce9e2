"""Where the data directory is."""

import os
from collections.abc import Mapping
from pathlib import Path

from consentinel.scanner.errors import PackError

DATA_VARIABLE = "CONSENTINEL_DATA"


def data_directory(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the data directory: the one given, else that of CONSENTINEL_DATA, else the user's.

    The user's is `consentinel` in $XDG_DATA_HOME, by default ~/.local/share; a relative one is ignored
    (https://specifications.freedesktop.org/basedir-spec/). Raises PackError where there is no home.
    """
    if given is not None:
        return given
    if named := environ.get(DATA_VARIABLE, "").strip():
        return Path(named)
    base = Path(environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else _home(environ) / ".local" / "share") / "consentinel"


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME", "")
    if home:
        return Path(home)
    try:
        return Path.home()
    except RuntimeError:
        raise PackError(f"there is no home directory: set {DATA_VARIABLE} to a directory") from None
