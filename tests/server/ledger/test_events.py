"""Events: their canonical form against the rfc8785 package, the commitment, and what no body may say."""

import hashlib
import json
import time
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentinel.server.ledger.events import (
    WRITERS_OWN,
    Json,
    NewEvent,
    canonical,
    commitment,
    new_id,
    timestamp,
    whole_event,
)
from tests.server.ledger.histories import SITE, START_MS, consent

SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
@example({"\ue000": 1, "\U00010000": 2, "z": '\x7f\x00\x1f"\\/\b\f\n\r\t\u2028'})
@example({"a": {"b": [1, True, None, "x"]}, "A": [], "": {}})
def test_the_canonical_form_is_that_of_rfc_8785(event: dict[str, Json]) -> None:
    assert canonical(event) == rfc8785.dumps(event)
    assert json.loads(canonical(event)) == event


@pytest.mark.parametrize("value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", {"a": [2**60]}])
def test_what_json_cannot_say_exactly_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"exceeds|not representable|non-UTF-8|surrogates"):
        canonical({"a": value})


def test_a_number_with_a_fraction_is_written_as_javascript_does() -> None:
    odd: Any = {"a": 1e21, "b": 0.5}
    assert canonical(odd) == b'{"a":1e+21,"b":0.5}'


def test_the_commitment_is_what_the_design_says() -> None:
    salt = bytes(range(32))
    assert commitment(salt, b'{"a":1}') == hashlib.sha256(b"consentinel/1\x00" + salt + b'{"a":1}').digest()


def test_the_writer_adds_its_own_fields() -> None:
    new = consent()
    event = whole_event(new, timestamp(START_MS))
    assert set(event) - set(new.body) == WRITERS_OWN
    assert event["id"] == event["subject_ref"] == new.id.hex()
    assert (event["v"], event["kind"], event["site"], event["type"]) == (1, "consent", SITE, "given")
    assert event["server_ts"] == "2026-10-14T17:46:40.000Z"


def test_a_refusal_names_nobody() -> None:
    assert whole_event(consent("refused"), "")["subject_ref"] is None


def test_what_is_no_consent_has_no_subject() -> None:
    event = NewEvent(site=SITE, kind="audit", type="login", event_id="x1", body={"by": "ada"})
    assert "subject_ref" not in whole_event(event, "")


def test_an_unverified_event_says_so_whatever_its_body_says() -> None:
    event = NewEvent(site=SITE, kind="consent", type="given", event_id="1", body={"verified": True})
    assert whole_event(event, "", verified=False)["verified"] is False
    assert whole_event(event, "")["verified"] is True


@pytest.mark.parametrize("name", sorted(WRITERS_OWN))
def test_a_body_cannot_speak_for_the_writer(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        NewEvent(site=SITE, kind="consent", type="given", event_id="1", body={name: "x"})


def test_ids_are_random_and_begin_with_the_time() -> None:
    before_s = int(time.time())
    ids = [new_id() for _ in range(100)]
    after_s = int(time.time())
    assert {len(found) for found in ids} == {16}
    assert len({found[5:] for found in ids}) == 100
    assert all(before_s <= int.from_bytes(found[:5]) <= after_s for found in ids)


@given(st.integers(0, 4_000_000_000_000))
def test_times_have_milliseconds_and_a_fixed_shape(time_ms: int) -> None:
    text = timestamp(time_ms)
    assert len(text) == 24
    assert text.endswith("Z")
    assert int(text[-4:-1]) == time_ms % 1000
