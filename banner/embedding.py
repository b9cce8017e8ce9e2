"""Values as JavaScript that may stand in a script, and that script in HTML of any encoding."""

import json
import re

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def embedded(value: object) -> str:
    """Return a JSON value as an expression: shorter than JSON, as every visitor loads it.

    Nothing in it can end a script element or start a comment in one
    (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements).
    """
    if isinstance(value, dict):
        return "{" + ",".join(f"{_key(key)}:{embedded(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(embedded, value)) + "]"
    if isinstance(value, str) and "\n" in value and value.isascii():
        return _template(value)
    return _quoted(value)


def _key(name: str) -> str:
    if name == "__proto__":
        return '["__proto__"]'  # any other form would set the prototype
    return name if _IDENTIFIER.fullmatch(name) else _quoted(name)


def _quoted(value: object) -> str:
    return json.dumps(value).replace("<", "\\u003c")


def _template(text: str) -> str:
    """Return a template literal, in which the end of a line is one character."""
    escaped = re.sub(r"[\\`$]", r"\\\g<0>", text).replace("\r", "\\r").replace("<", "\\x3c")
    return f"`{escaped}`"
