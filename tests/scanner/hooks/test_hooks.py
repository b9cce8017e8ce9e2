import json
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.collectors import COLLECTORS
from consentinel.scanner.hooks import HookReport, decode_report, hook_source
from consentinel.scanner.observations import Writer
from consentinel.scanner.wire import BINDING

REPORT = {
    "hook": "cookie",
    "text": "a=1",
    "href": "https://www.shop.example/",
    "origin": "https://www.shop.example",
    "stack": "Error\n    at https://cdn.example/t.js:10:5",
    "time_ms": 1.5,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(st.one_of(st.text(), JSON.map(json.dumps)))
def test_no_payload_raises(payload: str) -> None:
    assert decode_report(payload) is None


@given(st.dictionaries(st.sampled_from(sorted(REPORT)), JSON))
def test_a_payload_of_our_form_with_anything_inside_never_raises(parts: dict[str, Any]) -> None:
    found = decode_report(json.dumps({**REPORT, **parts}))
    assert found is None or isinstance(found, HookReport)


def test_endless_nesting_is_no_report() -> None:
    assert decode_report("[" * 200_000) is None
    assert decode_report('{"hook":' * 100_000) is None


def test_lone_surrogates_come_through() -> None:
    found = decode_report(json.dumps({**REPORT, "text": "lone \ud800"}))
    assert found is not None
    assert found.text == "lone \ud800"


@pytest.mark.parametrize(
    ("stack", "writer"),
    [
        (
            "Error\n    at set (https://cdn.example/t.js?v=1:10:5)\n    at https://a.example/:3:1",
            ("https://cdn.example/t.js?v=1", 10),
        ),
        ("Error\n    at https://a.example/:3:17", ("https://a.example/", 3)),
        ("Error\n    at f (blob:https://a.example/550e:2:1)", ("blob:https://a.example/550e", 2)),
        (
            "Error\n    at eval (eval at run (https://a.example/e.js:7:3), <anonymous>:1:1)",
            ("https://a.example/e.js", 7),
        ),
        ("Error\n    at https://a.example:8443/x.js:4:2", ("https://a.example:8443/x.js", 4)),
        ("Error\n    at <anonymous>:1:1", None),
        ("", None),
    ],
)
def test_the_writer_is_the_innermost_script(stack: str, writer: tuple[str, int] | None) -> None:
    found = decode_report(json.dumps({**REPORT, "stack": stack}))
    assert found is not None
    assert found.writer == (Writer(*writer) if writer else None)


@given(st.text(st.sampled_from("https:/.()0123456789, \nat")))
def test_no_stack_raises(stack: str) -> None:
    found = decode_report(json.dumps({**REPORT, "stack": stack}))
    assert found is not None
    assert found.writer is None or found.writer.url


def test_the_source_is_one_function_with_each_hook_once_and_the_prelude_first() -> None:
    source = hook_source(["cookies", "storage", "cookies"])
    assert source.startswith("(() => {")
    assert source.count("Document.prototype") == 1
    assert source.index("const watchSetter") < source.index("Document.prototype")
    assert f'globalThis["{BINDING}"]' in source
    assert "__BINDING__" not in source


def test_every_collector_names_hooks_that_exist() -> None:
    package = resources.files("consentinel.scanner.hooks")
    for name in [name for make in COLLECTORS for name in make().hooks]:
        assert package.joinpath(f"{name}.js").is_file()
