"""What a visitor chose: the cookie `consentinel`, and the body in which the script posts a choice.

The script's side is banner/src/core/choice.js, format.js and send/record.js; tests/golden/consent-cookie.json
ties both.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from consentinel.banner.settings import Mode

COOKIE = "consentinel"
SECONDS_A_DAY = 86_400
# A visitor's clock may be wrong, and days begin at different times.
_SKEW_DAYS = 1
_SHAPE = re.compile(
    r"1\.1(?P<bits>[01]{3})\.(?P<purposes>[0-9a-f]{8})\.(?P<day>[0-9]{5})"
    r"(?:\.(?P<vendors>[0-9a-z]{1,2}(?:-[0-9a-z]{1,2})*))?"
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

EventType = Literal["given", "refused", "changed", "withdrawn"]
# The first eight are the script's words, the others those of other clients (facts/ledger.md). A scan of ours
# answers with `scan`, which rates leave out (scanner/own_banner.py).
Method = Literal[
    "banner",
    "settings",
    "widget",
    "placeholder",
    "form",
    "api",
    "gpc",
    "scan",
    "save",
    "accept_all",
    "reject_all",
]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is granted beside the strictly necessary."""

    functional: bool = False
    performance: bool = False
    targeting: bool = False

    @property
    def any_granted(self) -> bool:
        """Say whether one of the optional categories is granted."""
        return self.functional or self.performance or self.targeting


@dataclass(frozen=True, kw_only=True)
class ConsentState:
    """A choice as the cookie tells it.

    purposes: the first 8 hex digits of the fingerprint it was made for. day: in days since 1970. vendors:
    indices of those whose choice differs from that of their category.
    """

    choice: Choice
    purposes: str
    day: int
    vendors: frozenset[int] = frozenset()


def parse_cookie(value: str, *, purposes: str, today: int, days: int) -> ConsentState | None:
    """Return the choice in the cookie's value.

    None where it is malformed, was made for other purposes, is from the future or older than `days`:
    all of these are no choice.
    """
    found = _SHAPE.fullmatch(value)
    if found is None or found["purposes"] != purposes:
        return None
    day = int(found["day"])
    if not -_SKEW_DAYS <= today - day <= days:
        return None
    functional, performance, targeting = (bit == "1" for bit in found["bits"])
    return ConsentState(
        choice=Choice(functional=functional, performance=performance, targeting=targeting),
        purposes=purposes,
        day=day,
        vendors=frozenset(int(index, 36) for index in (found["vendors"] or "").split("-") if index),
    )


def format_cookie(state: ConsentState) -> str:
    """Return the cookie's value, the same for all who chose alike.

    Raises ValueError for what the format cannot say: a vendor from 1,296 on, a day outside 10000..99999.
    """
    choice = state.choice
    bits = "".join(
        str(int(granted)) for granted in (True, choice.functional, choice.performance, choice.targeting)
    )
    vendors = "-".join(base_36(index) for index in sorted(state.vendors))
    value = ".".join(("1", bits, state.purposes, str(state.day), *([vendors] if vendors else [])))
    if _SHAPE.fullmatch(value) is None:
        raise ValueError(f"no consent cookie can say {state}")
    return value


def base_36(index: int) -> str:
    """Return a vendor's index as the cookie writes it; raise ValueError for one that it cannot say."""
    if not 0 <= index < len(_DIGITS) ** 2:
        raise ValueError(f"vendor {index} is outside 0..{len(_DIGITS) ** 2 - 1}")
    high, low = divmod(index, len(_DIGITS))
    return (_DIGITS[high] if high else "") + _DIGITS[low]


_Short = Annotated[str, msgspec.Meta(max_length=64)]
_Long = Annotated[str, msgspec.Meta(max_length=1_024)]
# BCP 47, and the underscore of other systems. Nothing of these starts a formula in a spreadsheet (T10).
_Language = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*\Z")]
_Name = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^([A-Za-z0-9][A-Za-z0-9._+-]*)?\Z")]
_Slug = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z")]
# As many as the cookie can tell apart.
_MOST_VENDORS = 1_296


class WireChoices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The optional categories in a posted choice."""

    functional: bool
    performance: bool
    targeting: bool


class PostedChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a POST to `{api}/v1/consents`.

    event_id: a UUID of the client (RFC 9562, in either case), by which a repeated post is known. vendors:
    services that differ from their category. client_ts: the visitor's clock, a claim and nothing more.
    purposes, mode, version: '' where the client does not know them. previous: the receipt of this visitor's
    earlier grant, '' for none. challenge: what `GET /v1/challenge` gave, '' for none. superseded: whether the
    client has a newer answer already, which it sends next.
    """

    site: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    event_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")]
    type: EventType
    choices: WireChoices
    method: Method
    locale: _Language
    regime: _Name = ""
    gpc: bool = False
    purposes: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8})?\Z")] = ""
    mode: Mode | Literal[""] = ""
    client_ts: _Short = ""
    version: _Name = ""
    vendors: Annotated[Mapping[_Slug, bool], msgspec.Meta(max_length=_MOST_VENDORS)] = {}
    previous: _Long = ""
    challenge: _Long = ""
    superseded: bool = False


def decode_posted(body: bytes) -> PostedChoice:
    """Return the choice in a request's body; raise msgspec.DecodeError for anything else."""
    return msgspec.json.decode(body, type=PostedChoice)
