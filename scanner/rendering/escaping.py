"""Make text from scanned sites harmless in a terminal, a spreadsheet and Markdown (facts: T10, T11, T12)."""

import re
import unicodedata

# Control, format (bidi, zero-width, tags), surrogate, line and paragraph separators.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# OWASP ASVS 1.2.10 and the full-width forms that spreadsheets fold to the same signs: where a cell begins,
# also by the separators of other lists than ours.
_FORMULA_START = re.compile(r"""(?:\A|(?<=[;|\t]))(?=[\s"]*[=+\-@\t\r\n\0＝＋－＠])""")
_ZERO_WIDTH = "\u200b"
_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]()#!~$]|^[+-])")
# GitHub turns these into mentions, issue references and links: one invisible character stops it.
_AUTOLINKS = re.compile(r"(?i)(@|#|:(?=/)|(?<=\w)\.(?=\w)|\bGH(?=-))")
_HTML_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})
_BACKTICKS = re.compile(r"`+")


def visible(text: str) -> str:
    r"""Return `text` with every control and invisible character written out, as `\x1b` or `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def shorten(text: str, length: int) -> str:
    """Return at most `length` characters of `text`, with an ellipsis where something was cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def csv_cell(text: str) -> str:
    """Return `text` as a cell that no spreadsheet takes for a formula."""
    return visible(_FORMULA_START.sub("'", text))


def markdown_code(text: str, length: int = 120) -> str:
    r"""Return `text` as a code span that is safe in a table cell too: longer fence, `|` written as `\x7c`.

    Renderers disagree on `\\|` inside table cells, so no pipe is left at all.
    """
    inner = shorten(visible(text), length).replace("|", "\\x7c").replace("@", "@" + _ZERO_WIDTH)
    if not inner.strip():
        return "–"
    longest = max((len(run) for run in _BACKTICKS.findall(inner)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def markdown_text(text: str, length: int = 300) -> str:
    """Return `text` as plain Markdown: no markup, HTML, link, image, mention or reference comes of it."""
    shown = shorten(visible(text), length).strip()
    unlinked = _AUTOLINKS.sub(lambda match: match[0] + _ZERO_WIDTH, shown)
    return _MARKDOWN_SIGNS.sub(r"\\\1", unlinked).translate(_HTML_SIGNS)
