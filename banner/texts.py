"""What the banner says, in each language: banner/locales/LOCALE.json, and the operator's words over them."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from consentinel.scanner.catalogue.nodes import Item

__all__ = ["BUTTONS", "FIRST_LAYER", "LOCALES", "load_texts", "parse_overrides", "problem_with"]

_FOLDER = files("consentinel.banner").joinpath("locales")
LOCALES: tuple[str, ...] = tuple(
    sorted(file.name.removesuffix(".json") for file in _FOLDER.iterdir() if file.name.endswith(".json"))
)
REFERENCE = "en"

# What shows before a choice, but for the links; compiled in for the default language.
FIRST_LAYER = frozenset(
    (
        "title",
        "text",
        "functional",
        "functionalText",
        "performance",
        "performanceText",
        "targeting",
        "targetingText",
        "withdrawText",
        "controller",
        "accept",
        "reject",
        "settings",
        "unavailable",
    )
)
# Three of them stand in a row, the longest of 12 languages included.
BUTTONS = frozenset(("accept", "reject", "settings", "save", "withdraw", "close", "copy", "copied"))
MAX_BUTTON = 24
MAX_TEXT = 600
_PLACEHOLDER = re.compile(r"\{\w*\}")
_WIDGET = "{widget}"


def load_texts(locale: str, overrides: Mapping[str, str]) -> dict[str, str]:
    """Return all texts of a language of LOCALES by key, with the operator's own ones in their place."""
    texts = {**_bundled(locale), **overrides}
    return {**texts, "withdrawText": texts["withdrawText"].replace(_WIDGET, texts["widget"])}


def parse_overrides(item: Item) -> dict[str, dict[str, str]]:
    """Return the texts under `texts:` by language and key; a wrong one fails with its file and line."""
    fields = item.fields("'texts'", LOCALES)
    own = ((locale, fields.get(locale)) for locale in LOCALES)
    return {locale: _overrides(texts, locale) for locale, texts in own if texts}


def problem_with(key: str, text: str) -> str | None:
    """Say what is wrong with a text under this key and what to do, None where nothing is."""
    if key in BUTTONS and len(text) > MAX_BUTTON:
        return f"{key!r} has {len(text)} characters; a button has room for {MAX_BUTTON}"
    if len(text) > MAX_TEXT:
        return f"{key!r} has {len(text)} characters; write at most {MAX_TEXT}"
    wanted, found = (set(_PLACEHOLDER.findall(one)) for one in (_bundled(REFERENCE)[key], text))
    # Where the theme shows no widget, the operator says where else the settings are.
    if not wanted - {_WIDGET} <= found <= wanted:
        return f"{key!r} must hold {' '.join(sorted(wanted)) or 'no braces'}, as the English text does"
    return None


def _overrides(item: Item, locale: str) -> dict[str, str]:
    keys = tuple(_bundled(REFERENCE))
    fields = item.fields(f"the texts in {locale!r}", keys)
    return {key: _checked(key, own) for key in keys if (own := fields.get(key))}


def _checked(key: str, item: Item) -> str:
    text = item.text(repr(key))
    if problem := problem_with(key, text):
        item.fail(problem)
    return text


@cache
def _bundled(locale: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(_FOLDER.joinpath(f"{locale}.json").read_bytes())
    return found
