"""A verification as text, JSON or Markdown. What comes from the site cannot become markup or a command."""

from collections.abc import Iterator
from typing import Literal, TextIO, get_args

import msgspec
from rich.console import Console
from rich.table import Table

from consentinel.banner.verify.fixes import HOW, fix_of
from consentinel.banner.verify.leaks import Leak
from consentinel.banner.verify.verification import Verification
from consentinel.scanner.plural import plural
from consentinel.scanner.rendering.escaping import markdown_code, markdown_text
from consentinel.scanner.rendering.json import scrub
from consentinel.scanner.rendering.terminal import PLAIN_WIDTH, for_stream, safe, to_text
from consentinel.scanner.rendering.wording import category_name, writer_of

VerifyFormat = Literal["text", "json", "md"]
VERIFY_FORMATS: tuple[VerifyFormat, ...] = get_args(VerifyFormat)
_MOST_LEAKS = 200
_LABEL_WIDTH = 11
_STYLES = {"clean": "green", "leaks": "red", "unproven": "yellow"}


def render_verification(found: Verification, format: VerifyFormat) -> str:  # noqa: A002 the word of the command line
    """Return the verification as text (no colour), JSON or Markdown."""
    if format == "json":
        return (
            msgspec.json.format(msgspec.json.encode(scrub(_told(found)), order="sorted"), indent=2).decode()
            + "\n"
        )
    if format == "md":
        return "\n".join(_markdown(found)) + "\n"
    return to_text(lambda console: _draw(console, found), width=PLAIN_WIDTH)


def render_verification_for_stream(found: Verification, stream: TextIO | None = None) -> str:
    """Return the verification as text that suits a stream, by default standard output."""
    return for_stream(lambda console: _draw(console, found), stream)


def headline(found: Verification) -> str:
    """Return the result in one sentence."""
    seen = f"{plural(found.pages, 'page')}, states {', '.join(_reached(found))}"
    if found.result == "leaks" and all(leak.how == "requested-not-run" for leak in found.leaks):
        return f"{plural(len(found.leaks), 'leak')}: {_only_requested(found, seen)}"
    if found.result == "leaks":
        return f"{plural(len(found.leaks), 'leak')}: what is below was there without consent ({seen})."
    if found.result == "unproven":
        return "Nothing is proven: see why below."
    if found.leaks:
        were = "tag was" if len(found.leaks) == 1 else "tags were"
        return f"No tag ran without consent; {len(found.leaks)} {were} requested ({seen})."
    return f"Clean: nothing that needs consent was there without it ({seen})."


def _only_requested(found: Verification, seen: str) -> str:
    were = "tags that were requested without consent, but did not run"
    if found.mode == "strict":
        return f"{were}; in mode strict none may be requested ({seen})."
    return f"{were} (--requested-ok lets them pass; {seen})."


def leak_title(leak: Leak) -> str:
    """Return what leaked: `targeting script www.example.com/t.js (Example)`."""
    vendor = f" ({leak.vendor})" if leak.vendor else ""
    category = category_name(leak.category) + (" (contested)" if leak.contested else "")
    where = f" of {leak.host}" if leak.kind in ("cookie", "storage") else ""
    return f"{category} {leak.kind} {leak.name}{where}{vendor}"


def leak_lines(leak: Leak, fix: str) -> list[tuple[str, str]]:
    """Return label and text of everything there is to know of a leak."""
    by = HOW[leak.how] + (f": {writer_of(leak.writer)}" if leak.writer else "")
    more = len(leak.pages) - 1
    page = leak.pages[0] + (f" and {plural(more, 'more page')}" if more else "") if leak.pages else ""
    rows = [("when", ", ".join(leak.states)), ("how", by), ("where", page), ("fix", fix)]
    if leak.kind not in ("cookie", "storage"):
        rows.insert(0, ("request", leak.url))
    return rows


def _reached(found: Verification) -> list[str]:
    return [visit.state for visit in found.states if visit.reached]


def _told(found: Verification) -> dict[str, object]:
    """Return the verification with a `fix` in each leak."""
    built: dict[str, object] = msgspec.to_builtins(found)
    built["leaks"] = [{**msgspec.to_builtins(leak), "fix": _fix(leak, found)} for leak in found.leaks]
    return built


def _draw(console: Console, found: Verification) -> None:
    console.print(safe(f"Verification of {found.site}", "bold"))
    if found.mode:
        console.print(safe(f"banner: mode {found.mode}, regime {found.regime}"))
    console.print(safe(headline(found), _STYLES[found.result]))
    for number, leak in enumerate(found.leaks[:_MOST_LEAKS], 1):
        console.print()
        console.print(safe(f"{number}. {leak_title(leak)}", "bold"))
        console.print(_rows(leak, _fix(leak, found)))
    _draw_left_out(console, found)
    _draw_list(console, "Why it is not proven" if found.result == "unproven" else "Not seen", found.problems)
    _draw_list(console, "Notes", found.notes)


def _fix(leak: Leak, found: Verification) -> str:
    return fix_of(leak, mode=found.mode)


def _rows(leak: Leak, fix: str) -> Table:
    rows = Table.grid(padding=(0, 1))
    rows.add_column(min_width=_LABEL_WIDTH)
    rows.add_column(overflow="fold")
    for label, text in leak_lines(leak, fix):
        rows.add_row(safe(f"   {label}:"), safe(text))
    return rows


def _draw_left_out(console: Console, found: Verification) -> None:
    left_out = len(found.leaks) - _MOST_LEAKS
    if left_out > 0:
        console.print(safe(f"\n{left_out} more: see --format json"))


def _draw_list(console: Console, title: str, texts: tuple[str, ...]) -> None:
    if texts:
        console.print()
        console.print(safe(title, "bold"))
        for text in texts:
            console.print(safe(f"- {text}"))


def _markdown(found: Verification) -> Iterator[str]:
    yield f"## Verification of {markdown_code(found.site)}"
    yield f"\n**{markdown_text(headline(found))}**"
    for leak in found.leaks[:_MOST_LEAKS]:
        fix = _fix(leak, found)
        yield f"\n### {markdown_text(leak_title(leak))}\n"
        yield from (
            f"- {label}: {markdown_code(text, 400)}"
            for label, text in leak_lines(leak, fix)
            if label != "fix"
        )
        yield f"- fix: {markdown_text(fix, 400)}"
    if len(found.leaks) > _MOST_LEAKS:
        yield f"\n{len(found.leaks) - _MOST_LEAKS} more: see the JSON."
    for title, texts in (("Not proven", found.problems), ("Notes", found.notes)):
        if texts:
            yield f"\n### {title}\n"
            yield from (f"- {markdown_text(text, 600)}" for text in texts)
