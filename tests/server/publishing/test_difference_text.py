from consentinel.server.publishing.difference import Change
from consentinel.server.publishing.difference_text import render_all, render_text


def lines(*changes: Change, strict: bool = True) -> list[str]:
    return render_text(changes, mode="strict" if strict else "standard").splitlines()


def test_each_section_has_its_title() -> None:
    found = lines(
        Change("settings", "controller", "", "Shop GmbH"),
        Change("settings", "mode", "standard", "strict"),
        Change("texts", "en.title", "Hello", ""),
    )
    assert found == [
        "Settings",
        "  + controller: Shop GmbH",
        "  ~ mode",
        "      - standard",
        "      + strict",
        "Texts",
        "  - en.title: Hello",
    ]


def test_a_new_language_is_one_line() -> None:
    changes = [Change("texts", f"de.t{number}", "", "Hallo") for number in range(40)]
    found = lines(*changes, Change("texts", "en.title", "Hi", "Hello"))
    assert found == ["Texts", "  + 40 texts in de", "  ~ en.title", "      - Hi", "      + Hello"]


def test_all_new_rules_are_shown() -> None:
    changes = [Change("rules", f"a{number}.example", "", "targeting") for number in range(25)]
    assert len(lines(*changes)) == 26


def test_of_a_policy_what_it_gains_and_loses() -> None:
    before, after = "'self' a.example b.example", "'self' b.example c.example"
    changes = [Change("policy", f"{state} script-src", before, after) for state in ("gpc", "no-choice")]
    assert lines(*changes) == ["Policies", "  ~ script-src: + c.example, - a.example [gpc, no-choice]"]


def test_policies_that_nobody_sends_are_left_out() -> None:
    changes = [Change("policy", f"{state} script-src", "", "'self'") for state in ("gpc", "no-choice")]
    assert lines(*changes, strict=False) == []
    mode = Change("settings", "mode", "strict", "standard")
    assert lines(mode, *changes, strict=False) == lines(mode)


def test_who_asks_for_it_sees_everything() -> None:
    texts = [Change("texts", f"de.t{number}", "", "Hallo") for number in range(40)]
    policies = [Change("policy", f"{state} script-src", "", "'self'") for state in ("gpc", "no-choice")]
    found = render_all([*texts, *policies]).splitlines()
    assert found[:2] == ["Texts", "  + de.t0: Hallo"]
    assert found[-3:] == ["Policies", "  + gpc script-src: 'self'", "  + no-choice script-src: 'self'"]
    assert len(found) == 44
