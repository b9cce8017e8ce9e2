"""The words of a cookie declaration that the banner has no use for: banner/declaration_words.json."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from consentinel.banner.texts import load_texts

_FILE = files("consentinel.banner").joinpath("declaration_words.json")
_DAYS_A_MONTH = 30.44
_DAYS_A_YEAR = 365


def words_of(locale: str) -> Mapping[str, Any]:
    """Return the words in a language of `texts.LOCALES`."""
    found: Mapping[str, Any] = _all_words()[locale]
    return found


def lifetime(days: int | None, locale: str) -> str:
    """Return how long something is kept, as the banner says it (banner/src/ui/lifetime.js).

    days: 0 for as long as the browser runs, None without an end.
    """
    texts = load_texts(locale, {})
    if not days:
        return texts["endless"] if days is None else texts["session"]
    number, unit = _measured(days)
    forms = words_of(locale)[unit]
    form: str = forms.get(_plural(locale)(number), forms["other"])
    return form.replace("{n}", str(number))


def _measured(days: int) -> tuple[int, str]:
    if days % _DAYS_A_YEAR == 0:
        return days // _DAYS_A_YEAR, "year"
    return (round(days / _DAYS_A_MONTH), "month") if days >= 60 else (days, "day")


def _plural(locale: str) -> Callable[[int], str]:
    """Return the rule by which a language picks a form for a whole number of 1 or more.

    https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html
    """
    return {"ar": _arabic, "pl": _polish, "ro": _romanian}.get(locale, _one_or_more)


def _one_or_more(number: int) -> str:
    return "one" if number == 1 else "other"


def _polish(number: int) -> str:
    if number == 1:
        return "one"
    is_few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    return "few" if is_few else "other"


def _romanian(number: int) -> str:
    if number == 1:
        return "one"
    return "few" if number % 100 in range(1, 20) else "other"


def _arabic(number: int) -> str:
    if number <= 2:
        return ("other", "one", "two")[number]
    rest = number % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


@cache
def _all_words() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_bytes())
    return found
