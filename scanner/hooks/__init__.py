"""The in-page JavaScript that collectors inject, and the reports that it sends."""

import json
import re
from collections.abc import Iterable
from importlib import resources
from typing import Any

import msgspec

from consentinel.scanner.observations import Writer
from consentinel.scanner.own_script import is_passed_over
from consentinel.scanner.wire import BINDING

# `at f (https://a.example/x.js:10:5)`, `at https://a.example/x.js:10:5`, also inside `eval at f (…)`
_STACK_FRAME = re.compile(r"((?:https?|blob|data):[^\s()]+?):(\d+):\d+(?=[\s),]|$)")


class HookReport(msgspec.Struct, frozen=True):
    """One call that a hook saw: which hook, its text, the document, the stack, and the page's clock."""

    hook: str
    text: str
    href: str
    origin: str
    stack: str
    time_ms: float

    @property
    def writer(self) -> Writer | None:
        """The innermost script of the stack, with its line; None where the stack names none.

        The banner's own script, which every call passes through, only where no other is there.
        """
        frames = [Writer(url=found[1], line=int(found[2])) for found in _STACK_FRAME.finditer(self.stack)]
        others = (frame for frame in frames if not is_passed_over(frame.url, self.origin))
        return next(others, frames[0] if frames else None)


def decode_report(payload: str) -> HookReport | None:
    """Return the report in a binding's payload; None for anything else that a page may have sent."""
    try:
        return msgspec.convert(decode_text(payload), HookReport)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return None


def decode_text(text: str) -> Any:
    """Return the JSON of a hook. JavaScript's strings may hold lone surrogates, which msgspec refuses.

    Raises ValueError or RecursionError for what no hook sends.
    """
    return json.loads(text)


def hook_source(names: Iterable[str], *, holds_timers: bool = False) -> str:
    """Return one script with the prelude, the timers and the named hooks (file stems here), each once.

    holds_timers: long timers of the page do not fire (timers.js).
    """
    stems = ["prelude", "timers", *dict.fromkeys(names)]
    parts = [resources.files(__package__).joinpath(f"{stem}.js").read_text("utf-8") for stem in stems]
    text = "\n".join(parts).replace("__BINDING__", BINDING)
    if holds_timers:
        text = text.replace("const HOLDS = false;", "const HOLDS = true;")
    return "(() => {\n" + text + "\n})();"
