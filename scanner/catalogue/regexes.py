"""Regular expressions from data files: compiled only where they cannot run away.

A quantified group that itself holds a varying quantifier or an alternative, such as `(a+)+` or `(a|a)*`,
can take exponential time (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS).
"""

import re
import warnings

from consentinel.scanner.catalogue.repetitions import Repetitions

MAX_LENGTH = 400
# Two `.*` in a row cost time in the square of the input, which the matcher caps; a third one in its cube.
MAX_WILDCARDS = 2
_FEW_REPEATS = 10
# The parts of an expression, each in the group of its sort.
TOKEN = re.compile(
    r"(?P<escape>\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.))|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?(?:[:=!]|<[=!]|P<\w+>))?)|(?P<close>\))"
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
    for token in TOKEN.finditer(text):
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
    for token in TOKEN.finditer(text):
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
    for token in TOKEN.finditer(text):
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
        self._repetitions = Repetitions()

    def run(self) -> None:
        for token in TOKEN.finditer(self._text):
            step = getattr(self, f"_on_{token.lastgroup}")
            step(token.group())
        self._repetitions.end()
        if self._repetitions.most > MAX_WILDCARDS:
            raise UnsafeRegexError(
                f"more than {MAX_WILDCARDS} long repetitions of the same characters in regex; "
                "put something between them, or bound them as in {1,40}"
            )

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
        if text not in ("^", "$"):
            self._repetitions.atom(text)

    def _on_open(self, _text: str) -> None:
        self._varies.append(False)
        self._repetitions.open()

    def _on_close(self, _text: str) -> None:
        inner = self._varies.pop() if len(self._varies) > 1 else False
        self._varies[-1] = self._varies[-1] or inner
        self._last_atom_varies = inner
        self._repetitions.close()

    def _on_alternative(self, _text: str) -> None:
        self._varies[-1] = True
        self._repetitions.alternative()

    def _on_quantifier(self, text: str) -> None:
        lowest, highest = bounds(text)
        if self._last_atom_varies and (highest is None or highest > _FEW_REPEATS):
            raise UnsafeRegexError("nested quantifiers in regex can take for ever; write it without")
        self._repetitions.quantifier(lowest, highest)
        if lowest != highest:
            self._varies[-1] = True


def bounds(quantifier: str) -> tuple[int, int | None]:
    """Return how often at least and at most (None: any number) a quantifier such as `{2,5}` repeats."""
    if quantifier[0] in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[quantifier[0]]
    low, comma, high = quantifier.rstrip("?").strip("{}").partition(",")
    if not comma:
        return int(low), int(low)
    return int(low), int(high) if high else None
