"""The formats of reports, by name and by the suffix of a file; it loads all that write them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.errors import InputError
from consentinel.scanner.rendering import csv, html, json, markdown, text
from consentinel.scanner.rendering.diffs import DIFF_FORMATS, DiffFormat, render_diff, render_diff_for_stream
from consentinel.scanner.report import Report

__all__ = [
    "DIFF_FORMATS",
    "FORMATS",
    "DiffFormat",
    "Format",
    "format_for_suffix",
    "render",
    "render_diff",
    "render_diff_for_stream",
    "render_for_stream",
]

Format = Literal["text", "json", "html", "md", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SUFFIXES: dict[str, Format] = {".json": "json", ".html": "html", ".md": "md", ".csv": "csv", ".txt": "text"}
_PLAIN = {"text": text.render, "json": json.render, "md": markdown.render, "csv": csv.render}
_NO_SCREENSHOTS: Mapping[State, bytes] = MappingProxyType({})

render_for_stream = text.render_for_stream


def render(
    report: Report,
    format: Format,  # noqa: A002 - the word of the command line
    *,
    screenshots: Mapping[State, bytes] = _NO_SCREENSHOTS,
) -> str:
    """Return the report in a format; `screenshots` (PNG, JPEG or WebP, one a state) appear in HTML only."""
    if format == "html":
        return html.render(report, screenshots=screenshots)
    return _PLAIN[format](report)


def format_for_suffix(path: Path) -> Format:
    """Return the format that a file name asks for; raise InputError for a suffix that means none."""
    try:
        return _SUFFIXES[path.suffix.lower()]
    except KeyError:
        known = " ".join(_SUFFIXES)
        raise InputError(
            f"{path.name}: unknown output format, use a name that ends in one of: {known}"
        ) from None
