"""The script's bundles as they ship with the package; `make dist` writes them from banner/src."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from consentinel.banner.errors import BannerError

# Head, perhaps signals, and ask become one script. All others but the worker are parts, loaded when needed.
HEAD, SIGNALS, ASK, WORKER = "head.js", "signals.js", "ask.js", "service-worker.js"
_NO_PARTS = (HEAD, SIGNALS, ASK, WORKER)


def packaged_bundles() -> Mapping[str, str]:
    """Return the text of each bundle by file name; raise BannerError where the installation lacks them."""
    return read_bundles(files("consentinel").joinpath("banner/dist"))


def read_bundles(folder: Traversable) -> Mapping[str, str]:
    """Return the text of each bundle in a folder; raise BannerError where the script is not in it."""
    try:
        found = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".js")}
    except OSError as error:
        raise BannerError(f"the script cannot be read ({error}): install consentinel again") from error
    missing = set(_NO_PARTS) - found.keys()
    if missing:
        raise BannerError(f"{', '.join(sorted(missing))} is missing: install consentinel again")
    return found


def parts_of(bundles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each part, sorted by name."""
    for file in sorted(bundles):
        if file not in _NO_PARTS:
            yield file.removesuffix(".js"), bundles[file]
