import pytest

from consentinel.scanner.plural import plural


@pytest.mark.parametrize(
    ("count", "noun", "told"),
    [
        (0, "page", "0 pages"),
        (1, "page", "1 page"),
        (2, "page", "2 pages"),
        (1, "other entry", "1 other entry"),
        (1_000, "other entry", "1000 other entries"),
        (2, "day", "2 days"),
    ],
)
def test_a_number_of_things_is_told_as_people_say_it(count: int, noun: str, told: str) -> None:
    assert plural(count, noun) == told
