"""The file of a fleet scan: many sites, one a line."""

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from consentinel.scanner.errors import InputError
from consentinel.scanner.urls import parse_start_url

_HEADINGS = frozenset(("url", "urls", "site", "website", "domain", "address", "host"))
_MAX_SLUG_CHARS = 60


class SiteLine(msgspec.Struct, frozen=True):
    """One line that names a site: `url`, or `problem` (with file and line) where it is none."""

    line: int
    url: str | None
    problem: str | None = None


def read_sites(file: Path) -> list[SiteLine]:
    """Return the sites of a file in its order: a URL a line, or the first column of a .csv file.

    Empty lines and those that begin with # are left out, as is the heading of a table. A line that is no URL
    is kept, with its problem. Raises InputError where the file cannot be read or names no site.
    """
    try:
        text = file.read_text("utf-8-sig")
        rows = list(_csv_rows(text) if file.suffix.lower() == ".csv" else _plain_rows(text))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}: name a file that can be read") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8: save the file as UTF-8") from error
    except csv.Error as error:
        raise InputError(f"{file}: not CSV ({error}): correct it") from error
    sites = [_site(file, line, text) for line, text in rows if text and not text.startswith("#")]
    if not sites:
        raise InputError(f"{file} names no site: write one URL a line")
    return sites


def slug_of(url: str) -> str:
    """Return a file name for a site: readable, the same in every run, and no two sites share one."""
    parts = urlsplit(url)
    readable = re.sub(r"[^a-z0-9.]+", "-", f"{parts.netloc}{parts.path}".lower()).strip("-.")
    return f"{readable[:_MAX_SLUG_CHARS].strip('-.')}-{hashlib.sha256(url.encode()).hexdigest()[:16]}"


def _plain_rows(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))


def _csv_rows(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and first column, without the heading."""
    reader = csv.reader(text.splitlines())
    for row in reader:
        first = row[0].strip() if row else ""
        if not (reader.line_num == 1 and first.lower() in _HEADINGS):
            yield reader.line_num, first


def _site(file: Path, line: int, text: str) -> SiteLine:
    try:
        return SiteLine(line, parse_start_url(text))
    except InputError as error:
        return SiteLine(line, None, f"{file.name}:{line}: {error}")
