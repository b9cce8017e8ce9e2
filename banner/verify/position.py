"""Where the banner's script stands in a page, read from the HTML as the server sent it.

Only that says what comes first: tags put themselves above the first script when they run.
"""

import re
from collections.abc import Sequence
from urllib.parse import urljoin

import msgspec
from bs4 import BeautifulSoup, Tag

from consentinel.scanner.own_script import is_own_script
from consentinel.scanner.shapes import public_url

# How a script starts that stands in the page itself.
_INLINE = "__config={"
_INLINE_WITHIN = 2000
_DATA_TYPES = re.compile(
    r"text/plain|.*json|importmap|speculationrules|text/template|text/html", re.IGNORECASE
)
_MOST_ABOVE = 20
_DELAYING = ("async", "defer")


class Position(msgspec.Struct, frozen=True):
    """found: the script is there. above: scripts before it. delayed: what makes it run later, or ''."""

    found: bool
    above: tuple[str, ...] = ()
    delayed: str = ""


def position_of(source: str, page: str, served: Sequence[str] = ()) -> Position:
    """Return where the script stands in the HTML `source` of `page`; `served`: see is_own_script."""
    above: list[str] = []
    for script in BeautifulSoup(source, "lxml").find_all("script"):
        if _is_ours(script, page, served):
            return Position(True, tuple(above[:_MOST_ABOVE]), _delayed(script))
        if not _DATA_TYPES.fullmatch(_text(script, "type").strip()):
            above.append(_shown(script, page))
    return Position(False)


def _is_ours(script: Tag, page: str, served: Sequence[str]) -> bool:
    source = _address(script, page)
    if source:
        return is_own_script(source, page, served)
    return _INLINE in script.get_text()[:_INLINE_WITHIN]


def _delayed(script: Tag) -> str:
    if _text(script, "type").strip().lower() == "module":
        return "type=module"
    return next((name for name in _DELAYING if script.has_attr(name) and script.has_attr("src")), "")


def _shown(script: Tag, page: str) -> str:
    source = _address(script, page)
    return public_url(source) if source else "an inline script"


def _address(script: Tag, page: str) -> str:
    source = _text(script, "src")
    try:
        return urljoin(page, source) if source else ""
    except ValueError:  # no address that a browser would ask for
        return source


def _text(script: Tag, name: str) -> str:
    return str(script.get(name) or "")
