"""Explanations of the catalogue's decisions for a terminal."""

from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from consentinel.scanner.catalogue.explaining import Candidate, Explanation, Step
from consentinel.scanner.catalogue.subject import Decision, Subject
from consentinel.scanner.rendering.terminal import PLAIN_WIDTH, STYLES, for_stream, safe, table, to_text
from consentinel.scanner.rendering.wording import category_name

_MAX_CANDIDATES = 12


def render(explanations: Sequence[Explanation], *, width: int = PLAIN_WIDTH, colour: bool = False) -> str:
    """Return explanations as text of a fixed width, plain unless `colour`."""
    return to_text(lambda console: _draw(console, explanations), width=width, colour=colour)


def render_for_stream(explanations: Sequence[Explanation], stream: TextIO | None = None) -> str:
    """Return explanations as it suits a stream, by default standard output."""
    return for_stream(lambda console: _draw(console, explanations), stream)


def _draw(console: Console, explanations: Sequence[Explanation]) -> None:
    for number, explanation in enumerate(explanations):
        if number:
            console.print()
        _draw_answer(console, explanation)
        _draw_steps(console, explanation.steps)
        _draw_candidates(console, explanation)


def _draw_answer(console: Console, explanation: Explanation) -> None:
    decision = explanation.decision
    console.print(safe(_title(explanation.subject), "bold"))
    verdict = Text(f"  {category_name(decision.category)}", style=STYLES[decision.category])
    verdict.append(", contested" if decision.contested else "")
    console.print(verdict)
    for label, text in _facts(explanation):
        console.print(safe(f"  {label:<9} {text}"))


def _title(subject: Subject) -> str:
    if subject.kind in ("cookie", "storage"):
        noun = "cookie" if subject.kind == "cookie" else "storage item"
        return f"{noun} {subject.name}" + (f" of {subject.host}" if subject.host else "")
    return f"CAPTCHA {subject.name}" if subject.kind == "captcha" else f"request to {subject.url}"


def _facts(explanation: Explanation) -> list[tuple[str, str]]:
    decision = explanation.decision
    rows = [
        ("vendor", decision.vendor),
        ("purpose", decision.purpose),
        ("lifetime", decision.lifetime),
        ("rule", decision.rule),
        ("because", " ".join(decision.evidence)),
        ("entry", explanation.source),
        ("check", explanation.check),
    ]
    return [(label, text) for label, text in rows if text]


def _draw_steps(console: Console, steps: Sequence[Step]) -> None:
    rows = table("layer", "question", "answer")
    for step in steps:
        rows.add_row(step.layer, step.question, safe(_answer(step), "" if step.asked else "dim"))
    console.print(rows)


def _answer(step: Step) -> str:
    if not step.asked:
        return "not asked any more"
    return _said(step.answer) if step.answer else "no"


def _said(decision: Decision) -> str:
    if decision.rule is None:
        return " ".join(decision.evidence)
    return f"{category_name(decision.category)}: {decision.rule}"


def _draw_candidates(console: Console, explanation: Explanation) -> None:
    near = explanation.candidates
    if not near:
        console.print(safe("  No entry comes near it."))
        return
    rows = table("entries near it", "says", "answers only")
    for candidate in near[:_MAX_CANDIDATES]:
        rows.add_row(*_candidate_row(candidate))
    console.print(rows)
    if len(near) > _MAX_CANDIDATES:
        console.print(safe(f"  and {len(near) - _MAX_CANDIDATES} more: --json shows all"))


def _candidate_row(candidate: Candidate) -> tuple[Text, Text, Text]:
    category = candidate.decision.category
    reasons = "; ".join(reason.removeprefix("only ") for reason in candidate.misfits)
    return (
        Text("\n").join((safe(candidate.rule), safe(candidate.source, "dim"))),
        Text(category_name(category), style=STYLES[category]),
        safe(reasons or "fits"),
    )
