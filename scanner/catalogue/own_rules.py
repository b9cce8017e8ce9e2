"""The site owner's own placements: `rules:` of the section `banner:` (docs/banner.md)."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from consentinel.scanner.catalogue.nodes import Item
from consentinel.scanner.catalogue.pattern_parsing import category_of
from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.party import is_public_name

_KEYS = ("host", "path", "cookie", "storage", "category", "vendor")
# https://url.spec.whatwg.org/#forbidden-domain-code-point leaves more letters, which nobody uses.
_HOST = re.compile(r"[a-z0-9*_-]+(?:\.[a-z0-9*_-]+)*")
_PLAIN_END = re.compile(r"(?:[a-z0-9*_-]+\.)*[a-z0-9_-]+\.[a-z0-9-]+|[a-z0-9_-]+|[0-9.]+")
_PATH = re.compile(r"/[!-~]*")
# https://url.spec.whatwg.org/#path-percent-encode-set, and the backslash, which becomes a slash
_NEVER_IN_PATHS = re.compile(r"[\"<>`{}^\\]")
_NAME = re.compile(r"[!-~]+")
_MIN_LETTERS = 2


@dataclass(frozen=True, kw_only=True)
class OwnRule:
    """What the operator says of a host, perhaps under a path only, of a path of the site, or of a name."""

    category: Category
    host: str = ""
    path: str = ""
    name: str = ""
    vendor: str = ""


def own_rule(item: Item) -> OwnRule:
    """Return a member of `rules:`; raise CatalogueError for what is none."""
    fields = item.fields("a rule", _KEYS)
    category = category_of(fields.need("category"))
    vendor = fields.optional_text("vendor") or ""
    host, path = fields.get("host"), fields.get("path")
    names = [found for key in ("cookie", "storage") if (found := fields.get(key))]
    if len(names) + (host is not None or path is not None) != 1:
        item.fail("a rule needs one of host (or path), cookie and storage; write a rule for each")
    if names:
        return OwnRule(category=category, vendor=vendor, name=_name_pattern(names[0]))
    return OwnRule(
        category=category,
        vendor=vendor,
        host=_host_pattern(host) if host else "",
        path=_path_pattern(path) if path else "",
    )


def _host_pattern(item: Item) -> str:
    """Return a host, lower case; `*` stands for any letters, but not in the last two labels."""
    host = item.text("'host'").lower().removeprefix("*.").strip(".")
    if not _HOST.fullmatch(host):
        item.fail(f"{host[:60]!r} is no host; write it like tracker.example or ads*.tracker.example")
    if not _PLAIN_END.fullmatch(host) or ("." not in host and is_public_name(f"x.{host}")):
        item.fail(f"{host[:60]!r} would mean too many hosts; write out the last two parts of the name")
    return host


def _path_pattern(item: Item) -> str:
    """Return a path, perhaps with globs."""
    path = item.text("'path'")
    if not _PATH.fullmatch(path) or "?" in path or "#" in path:
        item.fail(f"{path[:60]!r} is no path; write it like /metrics/* (queries are not looked at)")
    if wrong := _NEVER_IN_PATHS.search(path):
        encoded = "/" if wrong[0] == "\\" else quote(wrong[0])
        item.fail(f"{path[:60]!r} fits nothing: addresses never hold {wrong[0]!r}; write {encoded}")
    if path.strip("/*") == "":
        item.fail("a path that fits everything; leave `path` away, or write more of it")
    return path


def _name_pattern(item: Item) -> str:
    """Return the name of a cookie or storage key, perhaps with globs."""
    name = item.text("the name")
    if not _NAME.fullmatch(name):
        item.fail(f"{name[:60]!r}: names have no spaces here; write `*` for what cannot be typed")
    if len(name.replace("*", "")) < _MIN_LETTERS:
        item.fail(f"{name[:60]!r} would mean nearly every name; write at least {_MIN_LETTERS} of its letters")
    return name
