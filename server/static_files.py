"""The dashboard's style sheet and icon: read once, named by their content, so that browsers keep them."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FOLDER = "static"


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent. version: the first 16 hex digits of its SHA-256."""

    content: bytes
    media_type: str
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Return all files by name."""
    found = {}
    for file in resources.files("consentinel.server").joinpath(_FOLDER).iterdir():
        media_type = _TYPES.get("." + file.name.rpartition(".")[2])
        if media_type:
            content = file.read_bytes()
            found[file.name] = StaticFile(content, media_type, hashlib.sha256(content).hexdigest()[:16])
    return found


def version_of(name: str) -> str:
    """Return a file's address below /static/, with its version."""
    return f"static/{name}?v={static_files()[name].version}"
