"""Regular expressions from data files: compiled only where they cannot run away.

Some can take exponential time
(https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS). So one is refused that
might need too many steps on the longest text that it is tried on.
"""

import re
import warnings
from functools import lru_cache

from consentinel.scanner.catalogue.expressions import TOKEN, UnsafeRegexError, parse
from consentinel.scanner.catalogue.repetitions import require_few_steps

__all__ = [
    "MAX_LENGTH",
    "UnsafeRegexError",
    "as_wildcard",
    "compile_safe",
    "has_top_level_alternative",
    "literal_start",
    "require_searchable",
]

MAX_LENGTH = 400
# What the matcher shows of a value at most (names.py), and of a URL (facts.py).
MAX_WHOLE, MAX_SEARCHED = 1024, 2048
_PLAIN_ESCAPE = re.compile(r"\\[^\w\s]")


@lru_cache(maxsize=1024)
def compile_safe(text: str) -> re.Pattern[str]:
    """Return the compiled expression; raise UnsafeRegexError with the reason it is refused."""
    if len(text) > MAX_LENGTH:
        raise UnsafeRegexError(f"regex longer than {MAX_LENGTH} characters; split it")
    try:
        with warnings.catch_warnings():
            # Python warns where a later version will read the expression otherwise.
            warnings.simplefilter("error")
            compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UnsafeRegexError(f"bad regex ({error}); correct it") from None
    require_few_steps(parse(text), text, MAX_WHOLE, searched=False)
    return compiled


def require_searchable(regex: re.Pattern[str]) -> None:
    """Raise UnsafeRegexError where an expression is too slow to be searched for in a URL."""
    text = regex.pattern
    require_few_steps(parse(text), text, MAX_SEARCHED, searched=True)


def literal_start(text: str) -> str:
    """Return the literal characters that every full match of `text` starts with ('' if none is certain)."""
    if has_top_level_alternative(text):
        return ""
    found: list[str] = []
    for token in TOKEN.finditer(text):
        if token.lastgroup == "quantifier":
            return "".join(found[:-1])
        if token.lastgroup == "literal" and token.group() not in "^$":
            found.append(token.group())
        elif token.lastgroup == "escape" and _PLAIN_ESCAPE.fullmatch(token.group()):
            found.append(token.group()[1])
        elif not (token.group() == "^" and not found):
            break
    return "".join(found)


def as_wildcard(text: str) -> str:
    """Return the expression with `*` for all that varies: `ph_\\w+_posthog` -> `ph_*_posthog`."""
    found: list[str] = []
    depth = 0
    for token in TOKEN.finditer(text):
        group, part = token.lastgroup, token.group()
        depth += {"open": 1, "close": -1}.get(group or "", 0)
        if depth == 0 and group == "quantifier":
            found[-1:] = ["*"]
        elif depth == 0 and group == "literal":
            found.append("" if part in "^$" else part)
        elif depth == 0 and group == "escape" and _PLAIN_ESCAPE.fullmatch(part):
            found.append(part[1])
        else:
            found.append("*")
    return re.sub(r"\*+", "*", "".join(found))


def has_top_level_alternative(text: str) -> bool:
    """Say whether the expression is a choice of several, `a|b`."""
    depth = 0
    for token in TOKEN.finditer(text):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if token.lastgroup == "alternative" and depth == 0:
            return True
    return False
