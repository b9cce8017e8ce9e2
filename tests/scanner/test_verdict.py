import msgspec
import pytest

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.report import Report
from consentinel.scanner.verdict import early_states, is_refused, judge, severity, tallies
from tests.support.reports import make_finding, make_gap, make_report, make_visit

NEEDED = make_finding(name="session", category="strictly-necessary")
EARLY = make_finding(name="ads", category="targeting", states=("no-choice", "reject"))
LATE = make_finding(name="later", category="targeting", states=("accept",))
EARLY_LATER = make_finding(name="much-later", states=("withdrawn",))
REFUSED = make_finding(name="refused", category="targeting", attributes={"blocked": "InvalidDomain"})
OTHERS: tuple[State, ...] = ("no-choice", "withdrawn", "gpc")


@pytest.mark.parametrize(
    ("report", "level", "sentence"),
    [
        (make_report(), "good", "Nothing was found: no cookies, storage or third parties."),
        (make_report(NEEDED), "good", "Nothing here needs consent: 1 finding, strictly necessary."),
        (
            make_report(NEEDED, LATE),
            "good",
            "Nothing that needs consent is set without it; 1 of 2 findings waits for consent.",
        ),
        (
            make_report(NEEDED, EARLY),
            "bad",
            "1 of 2 findings needs consent but is set before any choice, 1 after a refusal.",
        ),
        (
            make_report(make_finding(states=("reject",)), states=("no-choice", "reject")),
            "bad",
            "1 of 1 finding needs consent but is there after a refusal.",
        ),
        (
            make_report(make_finding(states=("withdrawn", "gpc")), NEEDED, EARLY_LATER, states=OTHERS),
            "bad",
            "2 of 3 findings need consent but are there after withdrawal, 1 despite GPC.",
        ),
        (
            make_report(REFUSED),
            "good",
            "Nothing that needs consent is set without it; the browser refused 1 of 1 finding.",
        ),
        (
            make_report(REFUSED, LATE),
            "good",
            "Nothing that needs consent is set without it; 1 of 2 findings waits for consent, "
            "the browser refused 1.",
        ),
        (
            make_report(LATE, states=("accept",)),
            "uncertain",
            "No state without consent was observed, so nothing is known about what runs before a choice.",
        ),
    ],
)
def test_the_sentence(report: Report, level: str, sentence: str) -> None:
    verdict = judge(report)
    assert (verdict.level, verdict.sentence, verdict.caveat) == (level, sentence, "")


def test_a_gap_takes_the_good_away() -> None:
    verdict = judge(make_report(gaps=(make_gap(),)))
    assert verdict.level == "uncertain"
    assert "1 thing could not be observed" in verdict.caveat


def test_a_state_that_was_not_reached_is_no_observation() -> None:
    assert judge(make_report(visits=(make_visit("no-choice", reached=False),))).level == "uncertain"


def test_an_empty_report_with_gaps_is_not_clean_and_says_so_once() -> None:
    verdict = judge(make_report(gaps=(make_gap(),)))
    assert verdict.sentence == "Nothing was found, but this is not a clean result."
    assert verdict.caveat == "1 thing could not be observed, so what is missing here may still be there."


def test_an_empty_report_that_ended_early_is_not_clean() -> None:
    whole = make_report()
    report = msgspec.structs.replace(whole, scanned=msgspec.structs.replace(whole.scanned, truncated=True))
    verdict = judge(report)
    assert (verdict.level, verdict.caveat) == ("uncertain", "The scan ended early.")
    assert verdict.sentence == "Nothing was found, but this is not a clean result."


@pytest.mark.parametrize("blocked", ["SecureOnly", ("InvalidDomain", "SecureOnly")])
def test_what_the_browser_refused_is_not_set(blocked: str | tuple[str, ...]) -> None:
    refused = make_finding(category="targeting", attributes={"blocked": blocked})
    assert is_refused(refused)
    assert early_states(refused) == ()
    assert [tally.before_consent for tally in tallies([refused, EARLY])] == [0, 0, 0, 1, 0]
    assert not is_refused(EARLY)


def test_unclassified_and_contested_need_consent() -> None:
    assert early_states(make_finding(category=None)) == ("no-choice",)
    assert early_states(make_finding(category="strictly-necessary", contested=True)) == ("no-choice",)
    assert early_states(NEEDED) == ()


def test_tallies_keep_the_order_of_the_taxonomy() -> None:
    counted = {
        tally.category: (tally.total, tally.before_consent) for tally in tallies([NEEDED, EARLY, LATE])
    }
    assert counted == {
        "strictly-necessary": (1, 0),
        "functional": (0, 0),
        "performance": (0, 0),
        "targeting": (2, 1),
        None: (0, 0),
    }


def test_what_is_set_without_consent_comes_first() -> None:
    mild_but_early = make_finding(name="pref", category="functional")
    order = sorted([NEEDED, LATE, mild_but_early, EARLY], key=severity)
    assert [finding.name for finding in order] == ["ads", "pref", "later", "session"]
