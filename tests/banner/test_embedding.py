import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.banner.embedding import embedded
from tests.banner.node import evaluated

TEXTS = st.text(st.sampled_from("ab\\`${}\n\r\t\"'<!-/\u2028ä\U0001f36a"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=8, deadline=None)
@given(st.lists(VALUES, min_size=20, max_size=60))
def test_values_come_back(values: list[object]) -> None:
    assert evaluated(embedded(values)) == values


@given(VALUES)
def test_nothing_can_end_the_script_or_depend_on_its_encoding(value: object) -> None:
    shown = embedded(value)
    assert shown.isascii()
    assert "<" not in shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": {"b-c": [1, True, None]}}, '{a:{"b-c":[1,true,null]}}'),
        ("1a .b\n2c", "`1a .b\n2c`"),
        ({"__proto__": {"a": 1}}, '{["__proto__"]:{a:1}}'),
        ("</script>", '"\\u003c/script>"'),
    ],
)
def test_the_shortest_form(value: object, expected: str) -> None:
    assert embedded(value) == expected
