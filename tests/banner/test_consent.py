"""The consent cookie and the posted choice; the script reads the same golden file (tests/banner/js)."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.consent import (
    Choice,
    ConsentState,
    PostedChoice,
    decode_posted,
    format_cookie,
    parse_cookie,
)

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "golden" / "consent-cookie.json").read_text("utf-8")
)
BODY: dict[str, object] = {
    "site": "www.site.example",
    "event_id": "0b8f4a52-6d0e-4c1c-9d1e-2f1f6f3f7a10",
    "type": "given",
    "choices": {"functional": True, "performance": False, "targeting": False},
    "vendors": {"youtube": True},
    "method": "banner",
    "locale": "en",
    "regime": "eu",
    "gpc": False,
    "purposes": "0a1b2c3d",
    "mode": "standard",
    "version": "0.1.0",
    "client_ts": "2026-11-22T12:00:00.000Z",
}
STATES = st.builds(
    ConsentState,
    choice=st.builds(Choice, functional=st.booleans(), performance=st.booleans(), targeting=st.booleans()),
    purposes=st.text("0123456789abcdef", min_size=8, max_size=8),
    day=st.integers(10_000, 99_999),
    vendors=st.frozensets(st.integers(0, 1_295), max_size=40),
)


def parse(value: str) -> ConsentState | None:
    return parse_cookie(value, purposes=GOLDEN["purposes"], today=GOLDEN["today"], days=GOLDEN["days"])


@pytest.mark.parametrize("case", GOLDEN["choices"], ids=lambda case: case["value"])
def test_reads_and_writes_the_golden_choices(case: dict[str, Any]) -> None:
    state = parse(case["value"])
    assert state == ConsentState(
        choice=Choice(
            functional=case["functional"], performance=case["performance"], targeting=case["targeting"]
        ),
        purposes=GOLDEN["purposes"],
        day=case["day"],
        vendors=frozenset(case["vendors"]),
    )
    assert format_cookie(state) == case["value"]


@pytest.mark.parametrize("value", GOLDEN["no choice"].values(), ids=GOLDEN["no choice"].keys())
def test_anything_else_is_no_choice(value: str) -> None:
    assert parse(value) is None


@given(STATES)
def test_what_is_written_is_read(state: ConsentState) -> None:
    value = format_cookie(state)
    assert parse_cookie(value, purposes=state.purposes, today=state.day, days=182) == state


@given(st.text())
def test_no_text_is_an_accident(value: str) -> None:
    state = parse(value)
    assert state is None or parse(format_cookie(state)) == state


@given(STATES, st.integers(-400, 400))
def test_a_choice_lasts_as_long_as_the_regime_says(state: ConsentState, age: int) -> None:
    read = parse_cookie(format_cookie(state), purposes=state.purposes, today=state.day + age, days=182)
    assert (read is not None) == (-1 <= age <= 182)


@pytest.mark.parametrize(
    "state",
    [
        ConsentState(choice=Choice(), purposes="0a1b2c3d", day=9_999),
        ConsentState(choice=Choice(), purposes="0A1B2C3D", day=20_000),
        ConsentState(choice=Choice(), purposes="0a1b2c3d", day=20_000, vendors=frozenset({1_296})),
        ConsentState(choice=Choice(), purposes="0a1b2c3d", day=20_000, vendors=frozenset({-1})),
    ],
)
def test_refuses_to_write_what_nobody_could_read(state: ConsentState) -> None:
    with pytest.raises(ValueError, match=r"cookie|vendor"):
        format_cookie(state)


def test_a_refusal_tells_nobody_apart() -> None:
    """24 bits at most: purposes and day are the same for all, the choice is three bits."""
    refusal = ConsentState(choice=Choice(), purposes="0a1b2c3d", day=20_779)
    assert format_cookie(refusal) == "1.1000.0a1b2c3d.20779"
    assert not refusal.choice.any_granted


def test_reads_a_posted_choice() -> None:
    posted = decode_posted(json.dumps(BODY).encode())
    assert isinstance(posted, PostedChoice)
    assert posted.choices.functional
    assert posted.vendors == {"youtube": True}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event_id", "1"),
        ("event_id", "0b8f4a526d0e4c1c9d1e2f1f6f3f7a10"),
        ("type", "agreed"),
        ("choices", {"functional": 1, "performance": False, "targeting": False}),
        ("choices", {"functional": True}),
        ("choices", {"functional": True, "performance": True, "targeting": True, "more": True}),
        ("method", "telepathy"),
        ("purposes", "0a1b2c3"),
        ("site", ""),
        ("locale", "x" * 65),
        ("vendors", {"youtube": "yes"}),
        ("vendors", {"You Tube": True}),
        ("vendors", {"youtube\n": True}),
        ("vendors", {"x" * 65: True}),
        ("vendors", {f"v{number}": True for number in range(1_297)}),
        ("purposes", "0a1b2c3d\n"),
        ("locale", ""),
        ("locale", "x;=1+1;y"),
        ("locale", "en\n"),
        ("locale", "en--us"),
        ("regime", "=eu"),
        ("regime", "eu x"),
        ("version", "-1"),
        ("version", "1;@a"),
        ("version", "x" * 65),
        ("event_id", "0b8f4a52-6d0e-4c1c-9d1e-2f1f6f3f7a10\n"),
        ("more", 1),
    ],
)
def test_refuses_a_posted_choice_that_says_something_else(key: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_posted(json.dumps({**BODY, key: value}).encode())


def test_only_six_fields_are_needed() -> None:
    needed = ("site", "event_id", "type", "choices", "method", "locale")
    posted = decode_posted(json.dumps({name: BODY[name] for name in needed}).encode())
    assert {posted.regime, posted.purposes, posted.mode, posted.version, posted.client_ts} == {""}
    assert (posted.gpc, posted.vendors, posted.previous, posted.superseded) == (False, {}, "", False)


def test_an_identifier_may_be_in_capitals() -> None:
    """RFC 9562 section 4: case means nothing on input."""
    assert decode_posted(json.dumps({**BODY, "event_id": str(BODY["event_id"]).upper()}).encode())


@pytest.mark.parametrize("method", ["save", "accept_all", "reject_all"])
def test_other_clients_have_words_of_their_own(method: str) -> None:
    assert decode_posted(json.dumps({**BODY, "method": method}).encode()).method == method


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("locale", "pt-br"),
        ("locale", "zh-Hant-TW"),
        ("locale", "de_AT"),
        ("regime", "us-ca"),
        ("regime", ""),
        ("version", "7"),
        ("version", "0.1.0.dev3+g1a2b3c"),
        ("version", ""),
    ],
)
def test_what_clients_call_languages_laws_and_versions_is_taken(key: str, value: str) -> None:
    assert getattr(decode_posted(json.dumps({**BODY, key: value}).encode()), key) == value


@given(st.binary())
def test_a_posted_choice_of_garbage_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_posted(body)
