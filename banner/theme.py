"""The look of the banner: the keys under `theme:` and what the script makes custom properties of.

A page may set the same by CSS: `--consentinel-accent`, `-on-accent`, `-background`, `-text`, `-muted`,
`-border`, `-radius` and `-font`. Text needs a contrast of 4.5 : 1 (WCAG 2.2, 1.4.3): checked here.
"""

import re
from typing import TypeAlias

from consentinel.scanner.catalogue.nodes import Fields, Item

__all__ = ["parse_theme"]

Colour: TypeAlias = tuple[int, int, int]

_KEYS = ("preset", "scheme", "accent", "background", "text", "radius", "font", "widget")
_WORDS = {
    "preset": ("bar", "modal"),
    "scheme": ("auto", "light", "dark"),
    "widget": ("left", "right", "none"),
}
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
_LENGTH = re.compile(r"0|\d{1,2}(?:\.\d{1,2})?(?:px|em)")
_FONT = re.compile(r"""[\w\s,'"-]{1,200}""")
_ENOUGH_CONTRAST = 4.5
_BLACK: Colour = (0, 0, 0)
_WHITE: Colour = (255, 255, 255)
# How much of the text's colour is in the colours between it and the background.
_MUTED, _BORDER = 0.75, 0.2


def parse_theme(item: Item) -> dict[str, str]:
    """Return the mapping under `theme:` as Config.theme has it; a wrong value fails with file and line."""
    fields = item.fields("'theme'", _KEYS)
    theme = {key: _word(own, key) for key in _WORDS if (own := fields.get(key))}
    if theme.get("scheme") == "auto":
        del theme["scheme"]
    return {**_surface(fields), **_accent(fields), **_shape(fields), **theme}


def _word(item: Item, key: str) -> str:
    word = item.text(repr(key))
    if word not in _WORDS[key]:
        item.fail(f"{key!r} is {word[:40]!r}; write one of {', '.join(_WORDS[key])}")
    return word


def _accent(fields: Fields) -> dict[str, str]:
    item = fields.get("accent")
    if item is None:
        return {}
    accent = _colour(item, "accent")
    return {"accent": _hex(accent), "on-accent": _hex(_readable_on(accent))}


def _surface(fields: Fields) -> dict[str, str]:
    """Return background and text, which go together, and what lies between them."""
    item, text_item = fields.get("background"), fields.get("text")
    if item is None:
        if text_item:
            text_item.fail("'text' without 'background'; write both, they have to fit")
        return {}
    background = _colour(item, "background")
    text = _colour(text_item, "text") if text_item else _readable_on(background)
    if text_item and _contrast(text, background) < _ENOUGH_CONTRAST:
        text_item.fail(
            f"'text' on 'background' has a contrast of {_contrast(text, background):.1f}; 4.5 is needed"
        )
    muted = _mixed(text, background, _MUTED)
    return {
        "scheme": "dark" if _luminance(background) < _luminance(text) else "light",
        "background": _hex(background),
        "text": _hex(text),
        "muted": _hex(muted if _contrast(muted, background) >= _ENOUGH_CONTRAST else text),
        "border": _hex(_mixed(text, background, _BORDER)),
    }


def _shape(fields: Fields) -> dict[str, str]:
    shape = {}
    if radius := fields.get("radius"):
        shape["radius"] = _matching(radius, "radius", _LENGTH, "a length such as 8px or 0.5em")
    if font := fields.get("font"):
        shape["font"] = _matching(font, "font", _FONT, "names of fonts with commas between them")
    return shape


def _colour(item: Item, key: str) -> Colour:
    digits = _matching(item, key, _HEX, "a colour such as '#0b5' or '#00bb55', in quotes").removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def _matching(item: Item, key: str, form: re.Pattern[str], wanted: str) -> str:
    if not item.is_text:  # an unquoted # begins a comment
        item.fail(f"{key!r} has no value; write {wanted}")
    text = item.text(repr(key))
    if not form.fullmatch(text):
        item.fail(f"{key!r} is {text[:40]!r}; write {wanted}")
    return text


def _hex(colour: Colour) -> str:
    return f"#{bytes(colour).hex()}"


def _mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    red, green, blue = (
        round(one * share + other * (1 - share)) for one, other in zip(colour, ground, strict=True)
    )
    return red, green, blue


def _readable_on(ground: Colour) -> Colour:
    return max(_WHITE, _BLACK, key=lambda colour: _contrast(colour, ground))


def _contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    """Return the relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
