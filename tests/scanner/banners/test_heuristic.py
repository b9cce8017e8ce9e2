"""The next click, from facts alone."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from consentinel.scanner.banners.heuristic import Banner, Choice, Move, banners, next_move
from consentinel.scanner.banners.probe import Button, Control, DialogFacts, Facts, RuleFacts, Sighting


@dataclass(frozen=True)
class Sight:
    """A sighting without a page: the decision reads facts only."""

    facts: Facts


def sighting(*facts: RuleFacts | DialogFacts) -> Sighting:
    rules = tuple(fact for fact in facts if isinstance(fact, RuleFacts))
    dialogs = tuple(fact for fact in facts if isinstance(fact, DialogFacts))
    return cast("Sighting", Sight(Facts(rules, dialogs)))


def dialog(*labels: str, **facts: Any) -> DialogFacts:
    controls = tuple(Control(label, number) for number, label in enumerate(labels))
    return DialogFacts(**{"size": 100, "modal": True, "controls": controls, **facts})


def targets(move: Move | None) -> tuple[str, bool] | None:
    return None if move is None else (move.target, move.answers)


@pytest.mark.parametrize(
    ("labels", "choice", "expected"),
    [
        (("Accept all", "Reject all", "Settings"), "reject", ('"Reject all"', True)),
        (("Accept all", "Reject all", "Settings"), "accept", ('"Accept all"', True)),
        (("Accept all", "Only necessary", "Reject all"), "reject", ('"Reject all"', True)),
        (("Accept all", "Only necessary", "Settings"), "reject", ('"Only necessary"', True)),
        (("Accept all", "Settings"), "reject", ('"Settings"', False)),
        (("OK", "Settings"), "accept", ('"OK"', True)),
        (("OK", "Accept all"), "accept", ('"Accept all"', True)),
        (("OK", "Save"), "accept", None),
        (("Accept all", "Close"), "reject", None),
        (("Subscribe", "Close"), "accept", None),
        (("Accept or subscribe",), "accept", None),
        (("Save",), "reject", None),
    ],
)
def test_words(labels: tuple[str, ...], choice: Choice, expected: tuple[str, bool] | None) -> None:
    assert targets(next_move([sighting(dialog(*labels))], choice)) == expected


def test_save_refuses_with_every_switch_off_and_accepts_with_every_switch_on() -> None:
    facts = dialog("Save", ticked=(7, 8), unticked=(9,))
    off = next_move([sighting(facts)], "reject")
    on = next_move([sighting(facts)], "accept")
    assert off is not None
    assert (off.turn, off.on, off.answers) == ((7, 8), False, True)
    assert on is not None
    assert (on.turn, on.on, on.answers) == ((9,), True, True)


def test_a_choice_only_a_reader_knows_is_not_saved() -> None:
    assert next_move([sighting(dialog("Save", ticked=(7,), radios=True))], "reject") is None


def test_a_link_to_another_page_is_never_clicked() -> None:
    controls = (Control("Reject all", 1, navigates=True), Control("Reject", 2))
    move = next_move([sighting(dialog(controls=controls))], "reject")
    assert move is not None
    assert move.element == 2


def test_a_real_dialog_comes_before_one_only_named_so_and_the_tighter_one_first() -> None:
    named = dialog("Reject all", modal=False, size=10)
    wide = dialog("Reject everything", "Reject cookies", size=900)
    tight = dialog("Decline", size=90)
    move = next_move([sighting(named, wide, tight)], "reject")
    assert targets(move) == ('"Decline"', True)


def test_a_rule_comes_before_words_but_an_answer_before_a_second_layer() -> None:
    rule = RuleFacts("OneTrust", reject=Button("#no", 1), settings=Button("#more", 2))
    move = next_move([sighting(dialog("Reject all")), sighting(rule)], "reject")
    assert move is not None
    assert (move.target, move.method, move.rule) == ("#no", "rule", "OneTrust")
    opener = RuleFacts("OneTrust", settings=Button("#more", 2))
    move = next_move([sighting(dialog("Reject all"), opener)], "reject")
    assert move is not None
    assert (move.target, move.method, move.rule) == ('"Reject all"', "heuristic", None)


def test_a_rule_saves_with_switches_before_it_opens_anything() -> None:
    rule = RuleFacts("X", settings=Button("#more", 1), save=Button("#save", 2), ticked=(3,), unticked=(4,))
    off = next_move([sighting(rule)], "reject")
    on = next_move([sighting(rule)], "accept")
    assert off is not None
    assert on is not None
    assert (off.target, off.turn, off.on) == ("#save", (3,), False)
    assert (on.target, on.turn, on.on) == ("#save", (4,), True)


def test_what_counts_as_a_banner() -> None:
    seen = [sighting(dialog("Accept", "Subscribe")), sighting(RuleFacts("klaro")), sighting(dialog("Menu"))]
    assert list(banners(seen)) == [Banner("klaro"), Banner(None, sells=True)]


def test_a_label_in_the_report_is_one_short_printable_line() -> None:
    label = "Reject\x1b[31m\n\u202eall " + "x" * 100
    move = next_move([sighting(dialog(label))], "reject")
    assert move is not None
    assert move.target.startswith('"Reject [31m all x')
    assert move.target.isprintable()
    assert len(move.target) <= 62


def test_a_token_or_an_address_on_a_button_is_not_shown() -> None:
    move = next_move([sighting(dialog("Reject all ann@mail.example 3f2a1b9c4d5e6f708192"))], "reject")
    assert move is not None
    assert move.target == '"Reject all * *"'
