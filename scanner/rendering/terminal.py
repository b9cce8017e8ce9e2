"""Where rich output goes: a string of fixed width, or the terminal at hand. Safe text only (facts: T12)."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentinel.scanner.catalogue.taxonomy import Category
from consentinel.scanner.rendering.escaping import visible

PLAIN_WIDTH = 120
_NARROWEST = 60
STYLES: dict[Category | None, str] = {
    "strictly-necessary": "green",
    "functional": "cyan",
    "performance": "yellow",
    "targeting": "red",
    None: "magenta",
}


def safe(text: str, style: str = "") -> Text:
    """Return `text` without any meaning to rich or to a terminal."""
    return Text(visible(text), style=style, overflow="fold")


def table(*columns: str) -> Table:
    """Return an empty table in the house style; long cells fold."""
    made = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def to_text(draw: Callable[[Console], None], *, width: int = PLAIN_WIDTH, colour: bool = False) -> str:
    """Let `draw` print on a console and return what it printed, without trailing spaces."""
    target = io.StringIO()
    console = Console(
        file=target,
        width=max(width, _NARROWEST),
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    draw(console)
    return "".join(f"{line.rstrip()}\n" for line in target.getvalue().splitlines())


def for_stream(draw: Callable[[Console], None], stream: TextIO | None = None) -> str:
    """Draw for a stream (standard output): colour and width of a terminal, plain where it is none.

    NO_COLOR (https://no-color.org) and TERM=dumb turn colour off. Letters that the stream's encoding lacks
    become `?`.
    """
    target = sys.stdout if stream is None else stream
    if not target.isatty():
        return _encodable(to_text(draw), target)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    return _encodable(to_text(draw, width=width, colour=colour), target)


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)
