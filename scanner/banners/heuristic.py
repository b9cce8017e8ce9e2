"""What to click next, from what was seen: by rule where the product is known, else by what the buttons say.

Nothing here touches the page. A move either answers (the banner should close) or opens a second layer. The
order is: answer by rule, answer by words, open by rule, open by words; "refuse all" before "only necessary"
before "save with every switch off".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from consentinel.scanner.banners.probe import Button, DialogFacts, RuleFacts, Sighting
from consentinel.scanner.banners.words import Meaning, lexicon
from consentinel.scanner.shapes import mask

Choice = Literal["accept", "reject"]
Method = Literal["rule", "heuristic"]

_ANSWERS: Mapping[Choice, tuple[Meaning, ...]] = {
    "accept": ("accept", "neutral"),
    "reject": ("reject", "necessary"),
}
_MAX_TEXT_OF_LABEL = 60


@dataclass(frozen=True)
class Move:
    """One click.

    target: what is clicked, for people. answers: whether the banner should close. rule: the product, None by
    words. turn: switches to set to `on` first. sure: not only named so. close: the button that closes
    a layer which stays open after its answer.
    """

    sighting: Sighting
    element: int
    target: str
    answers: bool
    rule: str | None = None
    turn: tuple[int, ...] = ()
    on: bool = False
    sure: bool = True
    close: int | None = None

    @property
    def method(self) -> Method:
        """How the button was known."""
        return "heuristic" if self.rule is None else "rule"

    @property
    def key(self) -> tuple[str | None, str, bool]:
        """What makes it the same move in the next look."""
        return (self.rule, self.target, self.answers)


@dataclass(frozen=True)
class Banner:
    """That a banner is there: its product or None, and whether it takes money for a refusal."""

    rule: str | None
    sells: bool = False


def next_move(sightings: Iterable[Sighting], choice: Choice) -> Move | None:
    """Return the best click towards `choice`; None where no banner offers one."""
    seen = list(sightings)
    moves = [*_moves_by_rule(seen, choice), *_moves_by_words(seen, choice)]
    answers = [move for move in moves if move.answers]
    return next(iter(answers or moves), None)


def banners(sightings: Iterable[Sighting]) -> Iterator[Banner]:
    """Yield each banner in sight: products first, then dialogs with a button that a banner has."""
    seen = list(sightings)
    for sighting in seen:
        yield from (Banner(rule.name) for rule in sighting.facts.rules)
    for sighting in seen:
        for dialog in sighting.facts.dialogs:
            meanings = {lexicon().meaning(control.label) for control in dialog.controls}
            if meanings & {"accept", "reject", "necessary", "save", "neutral"}:
                yield Banner(None, sells="pay" in meanings)


def _moves_by_rule(sightings: list[Sighting], choice: Choice) -> Iterator[Move]:
    for sighting in sightings:
        for rule in sighting.facts.rules:
            move = _move_by_rule(sighting, rule, choice)
            if move is not None:
                yield move


def _move_by_rule(sighting: Sighting, rule: RuleFacts, choice: Choice) -> Move | None:
    step = _rule_step(rule, choice)
    if step is None:
        return None
    button, answers, turn = step
    close = rule.close.element if rule.close is not None else None
    on = choice == "accept"
    return Move(sighting, button.element, button.selector, answers, rule.name, turn, on, close=close)


def _rule_step(rule: RuleFacts, choice: Choice) -> tuple[Button, bool, tuple[int, ...]] | None:
    """Return which button to click, whether it answers, and the switches to set first."""
    direct = rule.accept if choice == "accept" else rule.reject
    if direct is not None:
        return direct, True, ()
    if rule.save is not None:
        return rule.save, True, rule.unticked if choice == "accept" else rule.ticked
    return (rule.settings, False, ()) if rule.settings is not None else None


def _moves_by_words(sightings: list[Sighting], choice: Choice) -> list[Move]:
    """Return the moves of all dialogs: real ones before those only named so, the tighter one first."""
    found = [(s, dialog) for s in sightings for dialog in s.facts.dialogs]
    found.sort(key=lambda pair: (not pair[1].modal, pair[1].size))
    moves = (_move_by_words(sighting, dialog, choice) for sighting, dialog in found)
    return [move for move in moves if move is not None]


def _move_by_words(sighting: Sighting, dialog: DialogFacts, choice: Choice) -> Move | None:
    step = _word_step(dialog, choice)
    if step is None:
        return None
    (element, label), answers, turn = step
    return Move(
        sighting, element, f'"{label}"', answers, None, turn, on=choice == "accept", sure=dialog.modal
    )


def _word_step(dialog: DialogFacts, choice: Choice) -> tuple[tuple[int, str], bool, tuple[int, ...]] | None:
    """Return which button to click, whether it answers, and the switches to set first.

    "OK" beside "save" only closes; "save" means a choice only where there are switches to see.
    """
    offers = _offers(dialog)
    for meaning in _ANSWERS[choice]:
        if meaning in offers and not (meaning == "neutral" and "save" in offers):
            return offers[meaning], True, ()
    if "save" in offers and not dialog.radios and (dialog.ticked or dialog.unticked):
        return offers["save"], True, dialog.unticked if choice == "accept" else dialog.ticked
    return (offers["settings"], False, ()) if "settings" in offers else None


def _offers(dialog: DialogFacts) -> dict[Meaning, tuple[int, str]]:
    """Return the first button of each meaning with its label; links to other pages offer nothing."""
    offers: dict[Meaning, tuple[int, str]] = {}
    for control in dialog.controls:
        meaning = lexicon().meaning(control.label)
        if meaning is not None and not control.navigates:
            offers.setdefault(meaning, (control.element, _quoted(control.label)))
    return offers


def _quoted(label: str) -> str:
    """Return a label for a report: one line, nothing that is not printable, no token, not long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    return mask(line)[:_MAX_TEXT_OF_LABEL]
