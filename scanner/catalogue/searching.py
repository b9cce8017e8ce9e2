"""The expressions of a sheet that are searched in URLs: slower, since they are tried at each place."""

import re
from collections.abc import Iterator

from consentinel.scanner.catalogue.entries import Sheet
from consentinel.scanner.catalogue.expressions import UnsafeRegexError
from consentinel.scanner.catalogue.regexes import require_searchable
from consentinel.scanner.errors import CatalogueError


def slow_searches(sheet: Sheet) -> Iterator[CatalogueError]:
    """Yield a complaint for each expression that may take too long to be searched for."""
    for source, what, regex in _searched(sheet):
        try:
            require_searchable(regex)
        except UnsafeRegexError as error:
            file, _, line = source.rpartition(":")
            yield CatalogueError(file, int(line), f"{what} {regex.pattern[:60]!r}: {error}")


def _searched(sheet: Sheet) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    for host in sheet.hosts:
        if host.path_regex is not None:
            yield host.source, "'path_regex'", host.path_regex
    for path in sheet.paths:
        if path.query is not None:
            yield path.source, "'query'", path.query
    for product in sheet.captchas:
        values = (value for _, value in product.response_headers if value is not None)
        for regex in (*product.scripts, *product.anywhere, *values):
            yield product.source, product.id, regex
