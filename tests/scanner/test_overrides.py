import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.checking import check_core, check_overrides
from consentinel.scanner.catalogue.loading import catalogue_from, load_catalogue, read_core, read_overrides
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.regexes import compile_safe
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.overrides import draft_overrides
from consentinel.scanner.report import Finding
from tests.support.reports import SITE, make_finding, make_report

UNKNOWN = {"category": None, "vendor": None, "purpose": None, "rule": None, "layer": "unclassified"}
EMPTY = Document("core.yaml", b"vendors: []\n")


def unknown(**changes: object) -> Finding:
    return make_finding(**{**UNKNOWN, **changes})


def test_every_unclassified_finding_has_its_entry() -> None:
    report = make_report(
        unknown(name="basket_v2"),
        unknown(name="flags", kind="storage", host="www.example.com"),
        unknown(name="uid", host="t.stranger.example", party="third"),
        unknown(name="t.stranger.example/p.gif", kind="pixel", host="t.stranger.example", party="third"),
        make_finding(name="_ga"),
    )
    draft = yaml.safe_load(draft_overrides(report))
    assert [entry["id"] for entry in draft["vendors"]] == ["basket-v2", "flags", "stranger-example"]
    assert draft["vendors"][0]["cookies"] == [{"name": "basket_v2", "domain": "example.com"}]
    assert draft["vendors"][2]["cookies"] == [{"name": "uid", "domain": "stranger.example"}]
    assert draft["vendors"][2]["hosts"] == ["t.stranger.example"]
    assert "_ga" not in draft_overrides(report)


def test_the_draft_as_it_is_changes_nothing_and_has_no_problem() -> None:
    text = draft_overrides(make_report(unknown(name="basket_v2"), unknown(name="x_*"))).encode()
    document = Document("todo.yaml", text)
    assert check_overrides(document, check_core(read_core()).sheet).problems == ()
    subject = Subject(kind="cookie", name="basket_v2", host="example.com")
    assert catalogue_from([EMPTY], [document]).decide(subject).category is None


def test_filled_in_it_decides(tmp_path: Path) -> None:
    report = make_report(unknown(name="basket_v2"), unknown(name="flood_*"), unknown(name="a*b*c"))
    file = tmp_path / "todo.yaml"
    file.write_text(draft_overrides(report).replace("category: unclassified", "category: functional"))
    catalogue = load_catalogue([file])
    for name in ("basket_v2", "flood_17", "a1b2c"):
        subject = Subject(kind="cookie", name=name, host=".example.com", site=SITE)
        assert catalogue.decide(subject).category == "functional"
    elsewhere = Subject(kind="cookie", name="basket_v2", host="other.example")
    assert catalogue.decide(elsewhere).category is None


def test_a_report_without_questions_gives_a_valid_empty_file() -> None:
    draft = draft_overrides(make_report(make_finding()))
    assert yaml.safe_load(draft) == {"vendors": []}
    assert "0 in 0 entries" in draft


def test_what_is_known_of_it_stands_beside_it() -> None:
    finding = unknown(name="basket_v2", attributes={"lifetime": "1 year", "length": "17-32"})
    draft = draft_overrides(make_report(finding))
    (remark,) = [line for line in draft.splitlines() if line.startswith("    # ")]
    assert "cookie basket_v2; first party; in no-choice; lifetime: 1 year; length: 17-32" in remark
    assert "written by https://www.googletagmanager.com/gtag/js" in remark


def test_a_settings_file_with_the_entries_is_read_as_well(tmp_path: Path) -> None:
    draft = draft_overrides(make_report(unknown(name="basket_v2"))).replace("unclassified", "functional")
    indented = "".join(f"  {line}\n" for line in draft.splitlines())
    file = tmp_path / "consentinel.yaml"
    file.write_text(f"site: {SITE}\ncatalogue:\n{indented}scan:\n  tabs: 1\n")
    assert b"site:" not in read_overrides(file).data
    subject = Subject(kind="cookie", name="basket_v2", host="example.com")
    assert load_catalogue([file]).decide(subject).category == "functional"


PIXEL = {"kind": "pixel", "party": "third", "host": "x7.ads.example"}
NAMES = st.text(min_size=1, max_size=30) | st.text("ab_*.-(+ 7", min_size=1, max_size=500)
HOSTS = st.text(max_size=20) | st.sampled_from(
    (
        "shop.example",
        ".Shop.example.",
        "t.x7.ads.example",
        "a_b.ads.example",
        "a..b",
        "é.example",
        "localhost",
    )
)
ADDRESSES = st.sampled_from(("127.0.0.1", "::1", "[::1]", "2001:db8::7"))
ASKED = st.builds(
    unknown,
    name=NAMES,
    kind=st.sampled_from(["cookie", "storage", "request", "pixel", "beacon", "script", "frame"]),
    host=HOSTS | ADDRESSES,
    party=st.sampled_from(["first", "third"]),
)


def filled_in(*findings: Finding, category: str = "targeting") -> tuple[str, Catalogue]:
    draft = draft_overrides(make_report(*findings))
    text = draft.replace("category: unclassified", f"category: {category}")
    return draft, catalogue_from([EMPTY], [Document("todo.yaml", text.encode())])


def subject_of(finding: Finding) -> Subject:
    """Return one that a later visit may see: random parts have other letters."""
    again = finding.name.replace("*", "x7")
    if finding.kind in ("cookie", "storage"):
        return Subject(kind=finding.kind, name=again, host=finding.host)
    path = f"/{again.partition('/')[2]}" if finding.party == "first" else "/"
    return Subject(kind=finding.kind, host=finding.host, url=f"https://{finding.host}{path}")


def comments(draft: str) -> list[str]:
    return [line for line in draft.splitlines() if line.startswith("#   ") and " --catalogue " not in line]


@given(ASKED)
@settings(max_examples=400, deadline=None)
def test_whatever_is_found_is_decided_by_its_entry_or_left_out_with_a_reason(finding: Finding) -> None:
    draft, catalogue = filled_in(finding)
    if comments(draft):
        assert draft.endswith(")\nvendors: []\n")
    else:
        assert catalogue.decide(subject_of(finding)).category == "targeting"


@given(st.lists(ASKED, max_size=8))
@settings(max_examples=200, deadline=None)
def test_any_findings_make_a_file_that_can_be_read(findings: list[Finding]) -> None:
    draft, catalogue = filled_in(*findings)
    assert catalogue.sheets[0].layer == "override"
    assert len(comments(draft)) + draft.count("\n    # ") == len(findings)


@pytest.mark.parametrize(
    ("changes", "pattern"),
    [
        ({"name": "a*b*c"}, '{regex: "a.'),
        ({"name": "uid_*_v_*_w_*"}, '{prefix: "uid_"'),
        ({"name": "x*y*z*"}, None),
        ({"name": "*"}, None),
        ({"name": "a**"}, None),
        ({"name": "x" * 500}, None),
        ({"name": "é" * 250}, None),
        ({"name": "uid", "host": "::1"}, None),
        ({"name": "uid", "host": "[::1]"}, None),
        ({"name": "uid", "host": ""}, None),
        ({**PIXEL, "name": "t/p", "host": "a..b"}, None),
        ({**PIXEL, "name": "*.ads.example/p"}, '"ads.example"'),
        ({**PIXEL, "name": "*/p"}, '"x7.ads.example"'),
        ({"name": "/", "kind": "pixel"}, None),
        ({"name": "example.com/", "kind": "pixel"}, None),
        ({"name": "example.com/*", "kind": "beacon"}, None),
        ({"name": "example.com/px/*/p.gif", "kind": "pixel"}, '"example.com/px/"'),
        ({"name": "{site}/collect", "kind": "beacon"}, '"example.com/collect"'),
    ],
)  # fmt: skip
def test_what_no_pattern_can_mean_is_a_comment(changes: dict[str, Any], pattern: str | None) -> None:
    draft, _ = filled_in(unknown(**changes))
    assert len(comments(draft)) == (0 if pattern else 1)
    assert (pattern in draft) if pattern else draft.endswith("\nvendors: []\n")


def test_a_wildcard_that_the_catalogue_refuses_is_written_with_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(text: str) -> re.Pattern[str]:
        return compile_safe("(" if "+" in text else text)

    monkeypatch.setattr("consentinel.scanner.catalogue.nodes.compile_safe", refuse)
    draft, catalogue = filled_in(unknown(name="a*b*c"))
    assert '{regex: "a.{1,64}b.{1,64}c"' in draft
    assert catalogue.decide(Subject(kind="cookie", name="a1b2c", host="example.com")).category == "targeting"


def test_what_is_left_out_stands_beside_the_rest_with_its_reason() -> None:
    draft, catalogue = filled_in(unknown(name="*"), unknown(name="basket_v2"))
    assert "1 in 1 entries, 1 left out." in draft
    assert comments(draft)[0].endswith("(its random parts leave too little to know it by)")
    assert [name.text for name in catalogue.sheets[0].names] == ["basket_v2"]


def test_an_id_is_never_nothing() -> None:
    draft, _ = filled_in(unknown(name="null"), unknown(name="é"))
    assert [entry["id"] for entry in yaml.safe_load(draft)["vendors"]] == ["item", "item-2"]


def test_what_one_pattern_means_stands_in_one_entry() -> None:
    draft, _ = filled_in(*(unknown(name="example.com/c", kind=kind) for kind in ("pixel", "beacon")))
    assert "2 in 1 entries." in draft
    assert draft.count('- "example.com/c"') == 1
    assert draft.count("    # ") == 2


def test_a_name_with_spaces_and_signs_is_written_as_it_is() -> None:
    draft = yaml.safe_load(draft_overrides(make_report(unknown(name="yes: no#{x}"))))
    assert draft["vendors"][0]["cookies"] == [{"name": "yes: no#{x}", "domain": "example.com"}]
