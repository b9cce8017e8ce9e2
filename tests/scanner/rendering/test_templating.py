"""The environment of templates."""

import pytest
from jinja2 import UndefinedError

from consentinel.scanner.rendering.templating import environment_of


def rendered(template: str, **facts: object) -> str:
    return environment_of("consentinel.scanner.rendering").from_string(template).render(**facts)


def test_what_is_printed_is_escaped_and_can_be_seen() -> None:
    assert rendered("{{ name }}", name="<b>a\u202eb") == "&lt;b&gt;a\\u202eb"


def test_what_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ name }}")


def test_a_last_line_break_is_kept_on_demand() -> None:
    template = "{% if true %}\na\n{% endif %}\n"
    kept = environment_of("consentinel.scanner.rendering", keep_trailing_newline=True)
    assert (rendered("a\n"), kept.from_string("a\n").render()) == ("a", "a\n")
    assert rendered(template) == "a\n"
