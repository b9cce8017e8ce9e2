from consentinel.server.publishing.difference import Change, differences
from consentinel.server.publishing.first_text import render_first
from consentinel.server.publishing.snapshot import draft_snapshot
from tests.server.publishing.making import PUBLIC, shop_draft, shop_report


def lines(*changes: Change, strict: bool = False) -> list[str]:
    return render_first(changes, mode="strict" if strict else "standard").splitlines()


def test_each_section_is_a_line() -> None:
    draft = shop_draft(
        shop_report("ads.example"), locales=["en", "de"], controller="Shop GmbH", mode="strict"
    )
    found = differences(None, draft_snapshot(draft, 1, PUBLIC))
    assert len(found) > 100
    told = lines(*found, strict=True)
    assert [line.partition(":")[0] for line in told] == [
        "Settings",
        "Laws",
        "What waits for consent",
        "Services",
        "Texts",
        "Policies",
        "Script",
    ]
    assert "mode strict, regime eu, unknown allow" in told[0]
    assert told[1] == "Laws: 1 (eu)"
    assert "1 targeting" in told[2]
    assert told[3] == "Services: 3 (2 performance, 1 targeting)"


def test_how_many_texts_in_which_language() -> None:
    changes = [Change("texts", f"{name}.{number}", "", "x") for name in ("de", "en") for number in range(3)]
    assert lines(*changes) == ["Texts: 6 (3 in de, 3 in en)"]


def test_what_nobody_has_decided_is_shown_in_full() -> None:
    known = [Change("rules", f"a{number}.example", "", "targeting (a)") for number in range(40)]
    odd = [Change("rules", f"odd{number}.example", "", "unclassified") for number in range(30)]
    assert lines(*known, *odd) == [
        "What waits for consent: 70 (40 targeting, 30 unclassified)",
        *(f"  + odd{number}.example: unclassified" for number in range(30)),
    ]


def test_policies_are_told_where_they_are_sent() -> None:
    changes = [Change("policy", f"{state} script-src", "", "'self'") for state in ("gpc", "no-choice")]
    assert lines(*changes) == []
    assert lines(*changes, strict=True) == ["Policies: 2 (in 2 states of consent)"]


def test_the_script_has_its_hash() -> None:
    assert lines(Change("script", "consentinel.js", "", "b1946ac92492d234")) == ["Script: b1946ac92492d234"]
