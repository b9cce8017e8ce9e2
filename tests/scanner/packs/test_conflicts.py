import pytest

from consentinel.scanner.catalogue.entries import Sheet
from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.packs.conflicts import conflicts, reconciled
from consentinel.scanner.packs.open_cookie_database import parse
from consentinel.scanner.packs.parsed import Label
from consentinel.scanner.packs.third_party_web import parse as parse_hosts
from tests.scanner.packs.conftest import cookies, entities, entity, row


def pack(name: str, *rows: str) -> Sheet:
    sheet = parse(cookies(*rows), Label(name, name.title())).sheet
    assert sheet is not None
    return sheet


def hosts(name: str, *members: str) -> Sheet:
    sheet = parse_hosts(entities(*members), Label(name, name.title())).sheet
    assert sheet is not None
    return sheet


def core(lines: str) -> Sheet:
    head = "vendors:\n  - {id: acme, vendor: Acme, category: targeting, purpose: P., check: x, "
    return catalogue_from([Document("core.yaml", f"{head}{lines}}}\n".encode())]).sheets[0]


def test_what_agrees_is_no_conflict() -> None:
    assert conflicts([core("cookies: [acme_a]"), pack("one", row("acme_a", "Marketing"))]) == ()


def test_a_pack_against_the_core() -> None:
    (found,) = conflicts([core("cookies: [acme_a]"), pack("one", row("acme_a", "Analytics"))])
    assert (found.what, found.answer) == ("cookie:acme_a", "targeting")
    assert [(answer.rule, answer.category) for answer in found.answers] == [
        ("core:acme/cookie:acme_a", "targeting"),
        ("pack:one/cookie:acme_a", "performance"),
    ]


@pytest.mark.parametrize(
    ("domain", "amount"),
    [("", 1), ("acme.example", 1), ("www.acme.example", 1), ("other.example", 0), ("notacme.example", 0)],
)
def test_domains_have_to_meet(domain: str, amount: int) -> None:
    strong = core("cookies: [{name: acme_a, domain: acme.example}]")
    assert len(conflicts([strong, pack("one", row("acme_a", "Analytics", domain))])) == amount


def test_the_answer_is_that_of_the_closest_domain() -> None:
    weak = pack("one", row("acme_a", "Analytics", "acme.example"))
    strong = core("cookies: [{name: acme_a, category: functional}, {name: acme_a, domain: acme.example}]")
    (found,) = conflicts([strong, weak])
    assert found.answer == "targeting"


def test_where_second_signs_decide_there_is_no_one_answer() -> None:
    strong = core("cookies: [{name: acme_a, requires: [http-only]}]")
    (found,) = conflicts([strong, pack("one", row("acme_a", "Analytics"))])
    assert found.answer is None


def test_functional_that_may_mean_necessary_does_not_contradict_it() -> None:
    weak = pack("one", row("acme_a", "Functional"))
    strong = core("cookies: [{name: acme_a, category: strictly-necessary}]")
    assert len(conflicts([strong, weak])) == 1
    assert conflicts([strong, weak], {"pack:one/cookie:acme_a"}) == ()
    assert len(conflicts([core("cookies: [acme_a]"), weak], {"pack:one/cookie:acme_a"})) == 1


def test_hosts_conflict_as_a_whole_only() -> None:
    weak = hosts("web", entity("Acme", "video", "acme.example"))
    assert [found.what for found in conflicts([core("hosts: [acme.example]"), weak])] == ["host:acme.example"]
    assert conflicts([core("hosts: [acme.example/pixel]"), weak]) == ()


def test_regexes_are_left_out() -> None:
    assert conflicts([core("cookies: [{regex: 'acme_a'}]"), pack("one", row("acme_a", "Analytics"))]) == ()


@pytest.mark.parametrize(("first", "second"), [("Analytics", "Marketing"), ("Marketing", "Analytics")])
def test_between_packs_targeting_answers_against_performance(first: str, second: str) -> None:
    sheets = [pack("one", row("acme_a", first)), pack("two", row("acme_a", second))]
    (found,) = conflicts(sheets)
    assert found.answer == "targeting"
    decision = reconciled(sheets)[0].names[0].decision
    assert decision.category == "targeting"
    assert decision.rule == "pack:one/cookie:acme_a"
    assert decision.evidence[-1] == (
        f"pack:two/cookie:acme_a says {'performance' if second == 'Analytics' else 'targeting'}: "
        "of performance and targeting, targeting answers."
    )


def test_between_packs_the_stronger_answers_in_all_else() -> None:
    sheets = [pack("one", row("acme_a", "Functional")), pack("two", row("acme_a", "Marketing"))]
    assert reconciled(sheets) == tuple(sheets)
    assert conflicts(sheets)[0].answer == "functional"


def test_hosts_are_reconciled_as_well() -> None:
    sheets = [
        hosts("one", entity("A", "analytics", "a.example")),
        hosts("two", entity("A", "ad", "a.example")),
    ]
    assert reconciled(sheets)[0].hosts[0].decision.category == "targeting"


def test_the_list_is_sorted_and_nothing_has_no_conflicts() -> None:
    strong = pack("one", row("acme_b", "Marketing"), row("acme_a", "Marketing"))
    weak = pack("two", row("acme_b", "Functional"), row("acme_a", "Functional"))
    assert [found.what for found in conflicts([strong, weak])] == ["cookie:acme_a", "cookie:acme_b"]
    assert conflicts([]) == ()
    assert reconciled([]) == ()
