"""Regular expressions from data files: compiled only where they cannot run away.

A quantified group that itself holds a varying quantifier or an alternative, such as `(a+)+` or `(a|a)*`,
can take exponential time (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS).
"""

import re
import warnings

MAX_LENGTH = 400
# Two `.*` in a row cost time in the square of the input, which the matcher caps; three would be too many.
MAX_WILDCARDS = 2
_FEW_REPEATS = 10
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?:[:=!]|<[=!]|P<\w+>))?)|(?P<close>\))"
    r"|(?P<quantifier>[*+?]\??|\{\d+(?:,\d*)?\}\??)|(?P<alternative>\|)|(?P<wildcard>\.)|(?P<literal>.)",
    re.DOTALL,
)
_PLAIN_ESCAPE = re.compile(r"\\[^\w\s]")


class UnsafeRegexError(ValueError):
    """The expression does not compile, or could take exponential time."""


def compile_safe(text: str) -> re.Pattern[str]:
    """Return the compiled expression; raise UnsafeRegexError with the reason it is refused."""
    if len(text) > MAX_LENGTH:
        raise UnsafeRegexError(f"regex longer than {MAX_LENGTH} characters; split it")
    try:
        with warnings.catch_warnings():
            # Python warns where a later version will read the expression otherwise.
            warnings.simplefilter("error")
            compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UnsafeRegexError(f"bad regex ({error}); correct it") from None
    _Guard(text).run()
    return compiled


def literal_start(text: str) -> str:
    """Return the literal characters that every full match of `text` starts with ('' if none is certain)."""
    if has_top_level_alternative(text):
        return ""
    found: list[str] = []
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "quantifier":
            return "".join(found[:-1])
        if token.lastgroup == "literal" and token.group() not in "^$":
            found.append(token.group())
        elif token.lastgroup == "escape" and _PLAIN_ESCAPE.fullmatch(token.group()):
            found.append(token.group()[1])
        elif not (token.group() == "^" and not found):
            break
    return "".join(found)


def as_wildcard(text: str) -> str:
    """Return the expression with `*` for all that varies: `ph_\\w+_posthog` -> `ph_*_posthog`."""
    found: list[str] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        group, part = token.lastgroup, token.group()
        depth += {"open": 1, "close": -1}.get(group or "", 0)
        if depth == 0 and group == "quantifier":
            found[-1:] = ["*"]
        elif depth == 0 and group == "literal":
            found.append("" if part in "^$" else part)
        elif depth == 0 and group == "escape" and _PLAIN_ESCAPE.fullmatch(part):
            found.append(part[1])
        else:
            found.append("*")
    return re.sub(r"\*+", "*", "".join(found))


def has_top_level_alternative(text: str) -> bool:
    """Say whether the expression is a choice of several, `a|b`."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
        if token.lastgroup == "alternative" and depth == 0:
            return True
    return False


class _Guard:
    """Walks the tokens of one expression; `_varies[-1]`: the open group holds something that varies."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._varies = [False]
        self._last_atom_varies = False
        self._last_atom = ""
        self._wildcards = 0

    def run(self) -> None:
        for token in _TOKEN.finditer(self._text):
            step = getattr(self, f"_on_{token.lastgroup}")
            step(token.group())

    def _on_escape(self, text: str) -> None:
        if text[1].isdigit() and text[1] != "0":
            raise UnsafeRegexError("backreference in regex; write it without one")
        self._atom(text)

    def _on_set(self, text: str) -> None:
        self._atom(text)

    def _on_literal(self, text: str) -> None:
        self._atom(text)

    def _on_wildcard(self, text: str) -> None:
        self._atom(text)

    def _atom(self, text: str) -> None:
        self._last_atom_varies = False
        self._last_atom = text

    def _on_open(self, _text: str) -> None:
        self._varies.append(False)

    def _on_close(self, _text: str) -> None:
        inner = self._varies.pop() if len(self._varies) > 1 else False
        self._varies[-1] = self._varies[-1] or inner
        self._last_atom_varies = inner
        self._last_atom = "group"

    def _on_alternative(self, _text: str) -> None:
        self._varies[-1] = True

    def _on_quantifier(self, text: str) -> None:
        lowest, highest = _bounds(text)
        if self._last_atom_varies and (highest is None or highest > _FEW_REPEATS):
            raise UnsafeRegexError("nested quantifiers in regex can take for ever; write it without")
        if self._last_atom == "." and highest is None:
            self._wildcards += 1
        if self._wildcards > MAX_WILDCARDS:
            raise UnsafeRegexError(
                f"more than {MAX_WILDCARDS} unbounded wildcards in regex; be more specific"
            )
        if lowest != highest:
            self._varies[-1] = True


def _bounds(quantifier: str) -> tuple[int, int | None]:
    if quantifier[0] in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[quantifier[0]]
    low, comma, high = quantifier.rstrip("?").strip("{}").partition(",")
    if not comma:
        return int(low), int(low)
    return int(low), int(high) if high else None
