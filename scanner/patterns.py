"""Patterns for the pages that a scan includes or leaves out."""

import fnmatch
import re
import warnings
from collections.abc import Callable

from consentinel.scanner.errors import InputError


def compile_pattern(text: str) -> Callable[[str], object]:
    """Return the test for one include or exclude pattern, on `/path?query`.

    A glob has to match all of it (`/blog/*`; `*` takes slashes, too); after `re:` comes a regular expression
    that may match anywhere. Raises InputError where the pattern cannot match anything or is no expression.
    """
    if text.startswith("re:"):
        return _regex(text).search
    if not text.startswith(("/", "*")):
        raise InputError(f"pattern {text!r} matches no page: a glob starts with / or *, a regex with re:")
    return re.compile(fnmatch.translate(text)).match


def _regex(text: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", FutureWarning
            )  # `[[` and the like will mean something else one day
            return re.compile(text.removeprefix("re:"))
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise InputError(f"pattern {text!r} is not a regular expression ({error}): correct it") from error
