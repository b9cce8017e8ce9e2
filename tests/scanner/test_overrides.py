from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.checking import check_core, check_overrides
from consentinel.scanner.catalogue.loading import catalogue_from, load_catalogue, read_core, read_overrides
from consentinel.scanner.catalogue.parsing import Document
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


@given(st.text(min_size=1, max_size=30), st.sampled_from(["cookie", "storage", "request"]))
@settings(max_examples=300, deadline=None)
def test_any_name_makes_a_file_that_can_be_read(name: str, kind: str) -> None:
    draft = draft_overrides(make_report(unknown(name=name, kind=kind), unknown(name=name + "*", kind=kind)))
    text = draft.replace("category: unclassified", "category: targeting")
    assert catalogue_from([EMPTY], [Document("todo.yaml", text.encode())]).sheets[0].layer == "override"
