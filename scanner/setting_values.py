"""What one setting may hold, and how it is read from a flag, the environment or YAML."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from consentinel.scanner.addresses import parse_resolve
from consentinel.scanner.catalogue.taxonomy import STATES, State
from consentinel.scanner.hostnames import browser_host
from consentinel.scanner.patterns import compile_pattern

Value = str | int | float | bool | Path | None
FAIL_ON = (
    "needs-consent",
    "strictly-necessary",
    "functional",
    "performance",
    "targeting",
    "unclassified",
    "gaps",
)

_TRUE = frozenset(("1", "true", "yes", "on"))
_FALSE = frozenset(("0", "false", "no", "off"))
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# RFC 9110 section 5.6.2
_HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# What the browser or the proxy decides, and what makes one request into two.
_RESERVED_HEADERS = frozenset(("host", "content-length", "transfer-encoding", "connection", "cookie"))


@dataclass(frozen=True)
class ValueType:
    """One type of values. what: completes `must be …`. yaml: the types that YAML may give for it.

    parse: makes the value from a text; raises ValueError (or InputError) with what is wrong.
    """

    what: str
    metavar: str
    yaml: tuple[type, ...]
    parse: Callable[[str], Value]
    splits_commas: bool = False

    def check_yaml(self, raw: object) -> str:
        """Return what YAML gave as a text for `parse`; raise ValueError where its type is another."""
        if not isinstance(raw, self.yaml) or (isinstance(raw, bool) and bool not in self.yaml):
            raise ValueError(f"must be {self.what}, not {repr(raw)[:60]}")
        return str(raw)


def _truth(text: str) -> bool:
    folded = text.strip().lower()
    if folded not in _TRUE | _FALSE:
        raise ValueError(f"must be true or false, not {text!r}")
    return folded in _TRUE


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()):
        raise ValueError(f"must be a whole number, not {text!r}")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"must be a number, not {text!r}")
    return value


def _port(text: str) -> int:
    value = _whole(text)
    if not 0 < value < 65_536:
        raise ValueError(f"must be a port from 1 to 65535, not {value}")
    return value


def _line(text: str) -> str:
    """Return a text that fits into a header: one line, printable."""
    if not text.strip() or not text.isprintable():
        raise ValueError(f"must be one line of text, not {text!r}")
    return text.strip()


def _one_of(allowed: Iterable[str]) -> Callable[[str], str]:
    known = tuple(allowed)

    def parse(text: str) -> str:
        if text.strip() not in known:
            raise ValueError(f"must be one of {', '.join(known)}, not {text!r}")
        return text.strip()

    return parse


def _pattern(text: str) -> str:
    compile_pattern(text)
    return text


def _mapping(text: str) -> str:
    parse_resolve(text)
    return text


def _header(text: str) -> str:
    found = re.fullmatch(rf"({_HEADER_NAME})=({_VARIABLE})", text)
    if found is None:
        raise ValueError(
            "must be NAME=VARIABLE, the header's name and the environment variable that holds its value"
        )
    if found[1].lower() in _RESERVED_HEADERS:
        raise ValueError(f"cannot set the header {found[1]}: the browser does")
    return text


def _variable(text: str) -> str:
    """Return the name of an environment variable; the text is not shown, it may be a password by mistake."""
    if not re.fullmatch(_VARIABLE, text):
        raise ValueError("must be the name of an environment variable that holds user:password")
    return text


def _domain(text: str) -> str:
    try:
        return browser_host(text)
    except ValueError:
        raise ValueError(f"must be a domain such as example.org, not {text!r}") from None


def _locale(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", text):
        raise ValueError(f"must be a language tag such as en-US, not {text!r}")
    return text


TRUTH = ValueType("true or false", "", (bool,), _truth)
WHOLE = ValueType("a whole number", "N", (int,), _whole)
NUMBER = ValueType("a number", "SECONDS", (int, float), _number)
PORT = ValueType("a port", "PORT", (int,), _port, splits_commas=True)
LINE = ValueType("a text", "TEXT", (str,), _line)
FILE = ValueType("a path", "PATH", (str,), Path)
STATE = ValueType("a state", "STATE", (str,), _one_of(STATES), splits_commas=True)
FAILURE = ValueType("a rule", "RULE", (str,), _one_of(FAIL_ON), splits_commas=True)
PATTERN = ValueType("a pattern", "PATTERN", (str,), _pattern)
MAPPING = ValueType("HOST=IP[:PORT]", "HOST=IP[:PORT]", (str,), _mapping)
HEADER = ValueType("NAME=VARIABLE", "NAME=VARIABLE", (str,), _header)
VARIABLE = ValueType("the name of an environment variable", "VARIABLE", (str,), _variable)
DOMAIN = ValueType("a domain", "DOMAIN", (str,), _domain, splits_commas=True)
LOCALE = ValueType("a language tag", "LOCALE", (str,), _locale)


def in_taxonomy_order(states: Iterable[str]) -> tuple[State, ...]:
    """Return states each once and in the order in which a scan goes through them."""
    wanted = set(states)
    return tuple(state for state in STATES if state in wanted)
