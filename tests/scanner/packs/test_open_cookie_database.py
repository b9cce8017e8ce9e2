import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.errors import PackError
from consentinel.scanner.packs import open_cookie_database
from consentinel.scanner.packs.open_cookie_database import parse
from consentinel.scanner.packs.parsed import Label, ParsedPack
from tests.scanner.packs.conftest import HEADER, cookies, many_cookies, row

LABEL = Label("ocd", "The Database")


def parsed(*rows: str) -> ParsedPack:
    return parse(cookies(*rows), LABEL)


def test_a_row_becomes_a_pattern() -> None:
    pack = parsed(row("acme_anvil", "Analytics", "acme.example (3rd party)"))
    assert pack.sheet is not None
    (name,) = pack.sheet.names
    assert (name.kind, name.how, name.text, name.domains) == (
        "cookie",
        "exact",
        "acme_anvil",
        ("acme.example",),
    )
    decision = name.decision
    assert (decision.category, decision.vendor, decision.layer) == ("performance", "Acme", "pack")
    assert decision.rule == "pack:ocd/cookie:acme_anvil"
    assert (decision.purpose, decision.lifetime, decision.pattern) == (
        "Counts anvils",
        "1 year",
        "acme_anvil",
    )
    assert decision.evidence == ("The Database lists the cookie acme_anvil by Acme as Analytics.",)
    assert name.vendor.check == "https://acme.example/"
    assert (pack.entries, pack.hints, pack.conflicts) == (1, (), ())


@pytest.mark.parametrize(
    ("name", "wildcard"), [("acme_anvil_", "1"), ("acme_anvil_*", "0"), ("acme_anvil_*", "1")]
)
def test_a_wildcard_becomes_a_prefix(name: str, wildcard: str) -> None:
    sheet = parsed(row(name, "Marketing", wildcard=wildcard)).sheet
    assert sheet is not None
    assert (sheet.names[0].how, sheet.names[0].text) == ("prefix", "acme_anvil_")
    assert sheet.names[0].decision.rule == "pack:ocd/cookie:acme_anvil_*"


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("Analytics", "performance"),
        ("Marketing", "targeting"),
        ("Personalization", "functional"),
        ("marketing", "targeting"),
    ],
)
def test_words_that_decide(word: str, category: str) -> None:
    sheet = parsed(row("acme_anvil", word)).sheet
    assert sheet is not None
    assert sheet.names[0].decision.category == category


def test_functional_may_mean_necessary_and_says_so() -> None:
    pack = parsed(row("acme_anvil", "Functional"))
    assert pack.sheet is not None
    decision = pack.sheet.names[0].decision
    assert decision.category == "functional"
    assert decision.confidence < 0.6
    assert decision.evidence[1] == "Functional may mean necessary there; one list alone does not decide that."
    assert pack.loose == {decision.rule}


@pytest.mark.parametrize("word", ["Necessary", "Security"])
def test_a_list_alone_makes_nothing_necessary(word: str) -> None:
    pack = parsed(row("acme_anvil", word))
    assert pack.sheet is not None
    assert pack.sheet.names == ()
    assert pack.hints[0].says == (
        "The Database calls it strictly-necessary (Acme); one list alone does not decide that."
    )


def test_a_word_that_is_not_known_is_a_hint() -> None:
    pack = parsed(row("acme_anvil", "Mystery"))
    assert pack.hints[0].says == "The Database calls it Mystery (Acme); that alone does not decide."


@pytest.mark.parametrize("name", ["uid", "_ga", "session_id"])
def test_a_common_name_decides_only_at_its_domain(name: str) -> None:
    pack = parsed(row(name, "Marketing"), row(name, "Marketing", "acme.example"))
    assert pack.sheet is not None
    assert [pattern.domains for pattern in pack.sheet.names] == [("acme.example",)]
    assert [hint.says for hint in pack.hints] == [
        "The Database calls it targeting (Acme); the name is too common to decide by."
    ]


def test_rows_that_disagree_do_not_decide() -> None:
    pack = parsed(row("acme_anvil", "Functional"), row("acme_anvil", "Marketing", platform="Other"))
    assert pack.sheet is not None
    assert pack.sheet.names == ()
    assert len(pack.hints) == 2
    (conflict,) = pack.conflicts
    assert (conflict.what, conflict.answer) == ("cookie:acme_anvil", None)
    assert [answer.category for answer in conflict.answers] == ["functional", "targeting"]


def test_of_performance_and_targeting_targeting_answers() -> None:
    pack = parsed(row("acme_anvil", "Analytics"), row("acme_anvil", "Marketing"))
    assert pack.sheet is not None
    decision = pack.sheet.names[0].decision
    assert decision.category == "targeting"
    assert decision.evidence[-1].startswith("The list says Analytics and Marketing of it")
    assert pack.conflicts[0].answer == "targeting"


def test_a_row_without_vendor_names_none() -> None:
    sheet = parsed(row("acme_anvil", "Analytics", platform="")).sheet
    assert sheet is not None
    assert sheet.names[0].decision.vendor is None


def test_text_of_strangers_is_one_line_and_not_endless() -> None:
    sheet = parsed(row("acme_anvil", "Analytics", text=f'"a\n\x1b[31m{"b" * 900}"')).sheet
    assert sheet is not None
    purpose = sheet.names[0].decision.purpose
    assert purpose is not None
    assert purpose.isprintable()
    assert len(purpose) == 300


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "has no column 'Platform'"),
        (b"a,b\n1,2\n", "has no column 'Platform'"),
        (HEADER.encode(), "has no cookies"),
        (b"<!doctype html><title>Not found</title>", "web page"),
        (HEADER.encode() + b'"' + b"x" * 200_000, "not CSV"),
        (cookies(row("acme_anvil", "Analytics"), "short,row\n"), "1 bad rows of 2"),
        (cookies(row("acme_anvil", "Analytics"), row("", "Analytics")), "1 bad rows of 2"),
    ],
)
def test_another_file_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        parse(data, LABEL)


def test_a_bad_row_among_many_good_ones_is_left_out() -> None:
    assert parse(many_cookies(40) + b"short,row\n", LABEL).entries == 40


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for tried in (data, HEADER.encode() + data):
        try:
            parse(tried, LABEL)
        except PackError:
            continue


@given(st.lists(st.text(), min_size=10, max_size=10))
def test_any_cells_make_no_necessary_answer(cells: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    try:
        pack = parse((HEADER + quoted + "\n").encode("utf-8", "replace"), LABEL)
    except PackError:
        return
    assert pack.sheet is not None
    assert all(name.decision.category != "strictly-necessary" for name in pack.sheet.names)


def test_endless_rows_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_cookie_database, "MAX_ROWS", 40)
    assert parse(many_cookies(40), LABEL).entries == 40
    with pytest.raises(PackError, match="has more than 40 rows: check what"):
        parse(many_cookies(41), LABEL)
    with pytest.raises(PackError, match="has 3 bad rows of 3: its format has changed"):
        parse(cookies("short,row\n" * 30), LABEL)


def test_only_line_ends_end_a_row() -> None:
    pack = parsed(row("acme_anvil", "Analytics", text="one\u2028two\x0bthree"))
    assert pack.sheet is not None
    assert pack.sheet.names[0].decision.purpose == "one two three"
    assert parse(many_cookies(3).replace(b"\n", b"\r\n"), LABEL).entries == 3
