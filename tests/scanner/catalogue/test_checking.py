from collections.abc import Sequence

import pytest

from consentinel.scanner.catalogue.checking import check_core, check_overrides
from consentinel.scanner.catalogue.loading import read_core
from consentinel.scanner.catalogue.parsing import Document

ENTRY = """\
  - id: {id}
    vendor: {id}
    category: {category}
    purpose: Shows anvils.
    check: https://acme.example/
"""


def core(*entries: tuple[str, str, str]) -> Sequence[Document]:
    """Make a core of entries: id, category, and the lines that follow the head."""
    text = "vendors:\n" + "".join(ENTRY.format(id=i, category=c) + lines for i, c, lines in entries)
    return [Document("f.yaml", text.encode())]


def said(documents: Sequence[Document]) -> list[str]:
    return [str(problem) for problem in check_core(documents).problems]


def test_the_packaged_catalogue_has_no_problem() -> None:
    assert [str(problem) for problem in check_core(read_core()).problems] == []


def test_nothing_wrong() -> None:
    lines = "    cookies: [_a, _b*]\n    hosts: [a.example]\n"
    assert said(core(("acme", "targeting", lines))) == []


def test_all_complaints_of_parsing_come_with_their_lines() -> None:
    lines = "    cookies:\n      - {regex: '('}\n      - ok\n      - ok\n      - {regex: '(a+)+'}\n"
    problems = said(core(("acme", "targeting", lines)))
    assert [problem.split(":", 2)[1] for problem in problems] == ["8", "10", "11"]
    assert "bad regex" in problems[0]
    assert "already at f.yaml:9" in problems[1]
    assert "for ever" in problems[2]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("    cookies: [{regex: 'ab\\d+'}]\n", "    cookies: [{regex: 'ab[0-9]+'}]\n"),
        ("    storage: [{regex: 'k_.*'}]\n", "    storage: [k_*]\n"),
    ],
)
def test_a_pattern_that_never_answers_is_unreachable(one: str, two: str) -> None:
    (problem,) = said(core(("acme", "targeting", one), ("bolt", "targeting", two)))
    assert problem.startswith("f.yaml:13: unreachable: acme at f.yaml:7 answers for ")


def test_a_prefix_that_a_longer_one_shares_letters_with_is_reachable() -> None:
    lines = "    cookies: [_ab*, _a*, {regex: '_a_\\w+_z'}]\n"
    assert said(core(("acme", "targeting", lines))) == []


def test_the_same_names_told_apart_by_domain_value_or_sign_are_fine() -> None:
    one = (
        "    cookies: [{name: sid, domain: a.example}, {name: x, value: '[0-9]{4}'}, "
        "{name: y, requires: [session]}]\n"
    )
    two = "    cookies: [{name: sid, domain: b.example}, {name: x, value: '[a-z]{4}'}, y]\n"
    assert said(core(("acme", "targeting", one), ("bolt", "functional", two))) == []


def test_a_prefix_inside_another_vendors_prefix_of_another_category_overlaps() -> None:
    one, two = "    cookies: [ab*]\n", "    cookies: [abc*]\n"
    (problem,) = said(core(("acme", "targeting", one), ("bolt", "functional", two)))
    assert problem == (
        "f.yaml:13: overlaps with acme at f.yaml:7, which says targeting, not functional; "
        "tell them apart by domain or value"
    )
    assert said(core(("acme", "targeting", one), ("bolt", "targeting", two))) == []


def test_a_host_that_says_what_its_parent_says_is_found() -> None:
    lines = "    hosts: [a.example, cdn.a.example, {host: b.a.example, category: functional}]\n"
    (problem,) = said(core(("acme", "targeting", lines)))
    assert problem == "f.yaml:7: says nothing that a.example at f.yaml:7 does not; remove it"


def test_hosts_restricted_by_type_or_path_are_reachable() -> None:
    lines = (
        "    hosts:\n      - a.example\n      - {host: a.example, types: [image], category: functional}\n"
        "      - a.example/p\n      - {host: a.example, path_regex: '/q\\d', category: functional}\n"
    )
    assert said(core(("acme", "targeting", lines))) == []


def test_two_path_expressions_for_the_same_addresses() -> None:
    lines = (
        "    hosts:\n      - {host: a.example, path_regex: '/q\\d'}\n"
        "      - {host: a.example, path_regex: '/q[0-9]', category: functional}\n"
    )
    (problem,) = said(core(("acme", "targeting", lines)))
    assert problem.startswith("f.yaml:9: unreachable: acme at f.yaml:8 answers for 'https://a.example/q")


def test_an_entry_out_of_order_and_one_in_the_wrong_file() -> None:
    entries = (("bolt", "targeting", ""), ("acme", "targeting", ""))
    (document,) = core(*entries)
    documents = [Document("scanner/catalogue/vendors/b.yaml", document.data)]
    assert said(documents) == [
        "scanner/catalogue/vendors/b.yaml:7: 'acme' belongs into a.yaml; move it",
        "scanner/catalogue/vendors/b.yaml:7: 'acme' stands behind 'bolt'; sort by id",
    ]


def test_a_captcha_without_signs() -> None:
    text = (
        "captchas:\n  - {id: c, vendor: V, product: P, category: strictly-necessary, purpose: P., "
        "collects: C., runs_before_interaction: true, check: 'https://c.example/'}\n"
    )
    (problem,) = said([Document("f.yaml", text.encode())])
    assert problem == "f.yaml:2: c has no sign to know it by; add one"


def test_an_operators_file_is_checked_against_the_core_it_changes() -> None:
    sheet = check_core(read_core()).sheet
    text = b"captchas:\n  - {id: hcaptcha, category: functional}\nvendors:\n  - {id: o, vendor: O}\n"
    checked = check_overrides(Document("mine.yaml", text), sheet)
    assert [str(problem) for problem in checked.problems] == [
        "mine.yaml:4: an entry has no 'category'; add it"
    ]


def test_a_file_name_may_hold_a_colon() -> None:
    (problem,) = check_core([Document("a:b.yaml", b"vendors: 3\n")]).problems
    assert (problem.source, problem.message) == (
        "a:b.yaml:1",
        "'vendors' must be a list; start each line with `- `",
    )


def test_what_is_too_slow_to_be_searched_is_found() -> None:
    lines = (
        "    hosts:\n      - {host: a.example, path_regex: 'a.*b.*c'}\n"
        "    paths: [{ends: /x, query: 'a.*b.*c'}]\n"
    )
    problems = said(core(("acme", "targeting", lines)))
    assert [problem.partition(": ")[0] for problem in problems] == ["f.yaml:8", "f.yaml:9"]
    assert all("start with ^" in problem for problem in problems)
