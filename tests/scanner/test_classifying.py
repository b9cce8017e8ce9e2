import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.classifying import MAX_LINE, Item, classify_line
from tests.support.observing import core_catalogue

COOKIE = {"kind": "cookie", "name": "_ga", "domain": ".example.org", "site": "https://www.example.org/"}


def answer(line: bytes | dict[str, Any]) -> dict[str, Any]:
    raw = line if isinstance(line, bytes) else json.dumps(line).encode()
    answered = classify_line(raw, core_catalogue())
    assert answered.line.endswith(b"\n")
    assert answered.line.count(b"\n") == 1
    found: dict[str, Any] = json.loads(answered.line)
    assert answered.is_error == ("error" in found)
    return found


def test_the_answer_keeps_every_field_and_adds_the_decision() -> None:
    found = answer({**COOKIE, "seen": [1, {"a": None}], "note": "é"})
    assert found.items() >= {**COOKIE, "seen": [1, {"a": None}], "note": "é"}.items()
    assert found["category"] == "performance"
    assert found["vendor"] == "Google Analytics"
    assert found["rule"] == "core:google-analytics/cookie:_ga"
    assert (found["layer"], found["contested"]) == ("core", False)
    assert 0 < found["confidence"] <= 1
    assert found["evidence"]


def test_what_is_unknown_has_no_category() -> None:
    found = answer({"kind": "cookie", "name": "nobody_knows_this"})
    assert (found["category"], found["layer"], found["rule"]) == (None, "unclassified", None)


def test_requests_storage_and_captchas() -> None:
    script = answer({"kind": "script", "url": "https://connect.facebook.net/en_US/fbevents.js"})
    storage = answer({"kind": "storage", "name": "ajs_user_id", "site": "https://www.example.org/"})
    captcha = answer({"kind": "captcha", "name": "hcaptcha"})
    assert script["category"] == "targeting"
    assert storage["category"] == "performance"
    assert captcha["category"] == "strictly-necessary"


def test_contested_is_carried_through() -> None:
    url = "https://www.google.com/recaptcha/api.js?render=explicit"
    assert answer({"kind": "request", "url": url})["contested"] is True


def test_second_signs_come_from_the_fields() -> None:
    session = {
        "kind": "cookie",
        "name": "PHPSESSID",
        "domain": "shop.example",
        "site": "https://shop.example/",
    }
    assert answer(session)["category"] == "strictly-necessary"
    assert answer({**session, "third_party": True})["category"] is None
    assert answer({**session, "party": "third"})["category"] is None


@pytest.mark.parametrize(
    ("said", "age_s"),
    [
        ({}, None),
        ({"session": True}, 0),
        ({"session": False}, None),
        ({"max_age": None}, 0),
        ({"max_age": None, "session": True}, 0),
        ({"max_age": None, "session": False}, None),
        ({"max_age": 0}, None),
        ({"max_age": -1}, None),
        ({"max_age": 0, "session": True}, 0),
        ({"max_age": 0.4}, 1),
        ({"max_age": 3600, "session": False}, 3600),
        ({"max_age": 3600}, 3600),
    ],
)
def test_what_is_a_session_and_what_a_deletion(said: dict[str, Any], age_s: int | None) -> None:
    assert msgspec.convert({**COOKIE, **said}, Item).subject().max_age_s == age_s


@pytest.mark.parametrize("age", [0, -1, None, 3600, 3600.5])
def test_max_age_may_be_any_number(age: float | None) -> None:
    assert "error" not in answer({**COOKIE, "max_age": age})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"", "empty line"),
        (b"   \t", "empty line"),
        (b"nonsense", "not JSON"),
        (b'{"kind":"cookie"', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 5_000, "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no `kind`"),
        (b'{"kind":"cokie","name":"a"}', "unknown kind 'cokie': use one of cookie, storage, request"),
        (b'{"kind":7}', "unknown kind 7"),
        (b'{"kind":"cookie"}', 'needs a name: add "name"'),
        (b'{"kind":"request"}', 'needs a whole URL: add "url"'),
        (b'{"kind":"request","url":"/a.js"}', "needs a whole URL"),
        (b'{"kind":"cookie","name":5}', "$.name"),
        (b'{"kind":"cookie","name":"a","site":"example.org"}', '"site" needs a whole address'),
        (b'{"kind":"cookie","name":"a","max_age":1e400}', ""),
        (b'{"kind":"cookie","name":"a","max_age":"1"}', "$.max_age"),
        (b'{"kind":"cookie","name":"a","party":"second"}', "$.party"),
    ],
)
def test_a_bad_line_is_answered_by_an_error(line: bytes, problem: str) -> None:
    assert problem in answer(line)["error"]


def test_a_bad_object_keeps_its_fields() -> None:
    assert answer({"kind": "cookie", "id": 7})["id"] == 7


def test_an_error_that_came_in_is_none_of_the_answer() -> None:
    assert "error" not in answer({**COOKIE, "error": "timeout"})
    assert "needs a name" in answer({"kind": "cookie", "error": "timeout"})["error"]


def test_a_line_that_is_too_long() -> None:
    assert "leave long values out" in answer(b'{"a":"' + b"x" * MAX_LINE + b'"}')["error"]


@given(st.binary(max_size=80) | st.dictionaries(st.text(max_size=8), st.text(max_size=8)).map(json.dumps))
@settings(max_examples=300, deadline=None)
def test_every_line_is_answered_by_one_line_of_json(line: bytes | str) -> None:
    raw = line.encode() if isinstance(line, str) else line
    answered = classify_line(raw.replace(b"\n", b" "), core_catalogue())
    assert isinstance(json.loads(answered.line), dict)
    assert answered.line.count(b"\n") == 1
