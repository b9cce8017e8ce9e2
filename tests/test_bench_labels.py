"""How label files are read, each format with rows of its own; what is wrong with a file is one line."""

import json
from pathlib import Path

import pytest

from bench.__main__ import labels_from
from bench.labels import LABEL_FILES, LABELS_VARIABLE, LabelError, label_files, read_labels
from consentinel.scanner.catalogue.subject import Subject
from tests.support.label_files import COOKIE, observed, written


def test_an_observed_cookie(tmp_path: Path) -> None:
    further = {"max_age": 3600.5, "http_only": True, "value": "1", "cmp": "A CMP", "third_party": True}
    (label,) = read_labels(observed(tmp_path, further))
    assert (label.task, label.category, label.source, label.weight) == ("category", "performance", "A CMP", 1)
    assert label.file == "cookies_observed.jsonl"
    assert label.what == "_acme at .shop.example"
    assert label.subjects == (
        Subject(
            kind="cookie",
            name="_acme",
            host="shop.example",
            site="https://www.shop.example/",
            party="third",
            value="1",
            max_age_s=3600,
            http_only=True,
        ),
    )


@pytest.mark.parametrize("row", [{}, {"max_age": 0}, {"max_age": -5}, {"max_age": 9, "session": True}])
def test_a_session_cookie_lives_for_no_second(row: dict[str, object], tmp_path: Path) -> None:
    (label,) = read_labels(observed(tmp_path, row))
    assert (label.subjects[0].max_age_s, label.subjects[0].party) == (0, "first")
    assert label.subjects[0].http_only is None


def test_an_observed_cookie_in_a_csv_file(tmp_path: Path) -> None:
    text = "name,domain,site,third_party,category4,http_only\n_a,a.example,https://b.example/,False,C0002,\n"
    (label,) = read_labels(written(tmp_path, "seen.csv", text))
    assert (label.subjects[0].party, label.subjects[0].http_only) == ("first", None)


def test_a_cookie_of_a_list(tmp_path: Path) -> None:
    text = (
        "name,domain,is_prefix,category4,popularity,source\n"
        "_a,.Acme.example,0,targeting,12.5,one\n_b_,,1,functional,,\n_c,not a host,false,necessary,x,two\n"
    )
    first, second, third = read_labels(written(tmp_path, "cookies.csv", text))
    assert (first.what, first.weight, first.source) == ("_a", 12.5, "one")
    assert (first.subjects[0].host, first.subjects[0].party) == ("acme.example", "third")
    assert (second.what, second.weight, second.subjects[0].party) == ("_b_", 1.0, "first")
    assert second.subjects[0].name.startswith("_b_")
    assert len(second.subjects[0].name) > 3
    assert (third.category, third.weight, third.subjects[0].party) == ("strictly-necessary", 1.0, "first")


def test_a_tracker_host(tmp_path: Path) -> None:
    text = "domain,category4,popularity_rank,source\nt.example,targeting,0,a\nu.example,performance,,\n"
    first, second = read_labels(written(tmp_path, "trackers.csv", text))
    assert (first.rank, first.weight, first.what) == (0, 1.0, "t.example")
    assert (second.rank, second.weight) == (None, 0.05)
    (subject,) = first.subjects
    assert (subject.url, subject.resource_type, subject.party) == ("https://t.example/", "script", "third")


def test_a_harmless_host(tmp_path: Path) -> None:
    (label,) = read_labels(written(tmp_path, "hosts.csv", "host,category4\nc.example,functional\n"))
    assert (label.task, label.category, label.what) == ("alarm", "functional", "c.example")


def test_a_harmless_address(tmp_path: Path) -> None:
    (label,) = read_labels(written(tmp_path, "urls.csv", "url,type\nhttps://c.example/ads.js,script\n"))
    assert (label.task, label.category) == ("alarm", None)
    assert (label.subjects[0].party, label.subjects[0].resource_type) == ("first", "script")


def test_a_captcha_product(tmp_path: Path) -> None:
    text = (
        "id,product,kind,url_regex,hosts,cookies,storage_keys,form_fields\n"
        r"anvil,Anvil v2,captcha,/v2/api\.js ;; https://cdn\.anvil\.example/,*.anvil.example,a_*,b,x y" + "\n"
    )
    (label,) = read_labels(written(tmp_path, "captcha.csv", text))
    assert (label.task, label.what, label.fields) == ("product", "Anvil v2", ("x", "y"))
    assert label.words == {"anvil", "v2"}
    urls = [subject.url for subject in label.subjects if subject.kind == "request"]
    assert "https://anvil.example/v2/api.js" in urls
    assert "https://cdn.anvil.example/" in urls
    assert urls[-1] == "https://anvil.example/"
    stored = [(subject.kind, subject.name[:2]) for subject in label.subjects if subject.kind != "request"]
    assert stored == [("cookie", "a_"), ("storage", "b")]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", "", "holds no rows"),
        ("a.csv", "name,category4\n", "holds no rows"),
        ("a.jsonl", "nonsense", "cannot be read"),
        ("a.jsonl", "[1]\n", "no JSON object"),
        ("a.jsonl", '{"colour": "red"}', "no known labels have the columns colour"),
        ("a.csv", '"two\nlines",b\n1,2\n', "no known labels have the columns two lines, b"),
        ("a.csv", "a\n1,2\n", "no known labels"),
        ("a.csv", f"name,category4\n{'x' * 200_000},targeting\n", "cannot be read"),
        ("a.csv", "name,category4\na,targeting\nb,colourful\n", "row 2 cannot be used (unknown category"),
        ("a.csv", "domain,category4,popularity_rank\na.example,targeting,first\n", "row 1 cannot be used"),
        ("a.csv", "name,category4,domain\nb\n", "row 1 cannot be used"),
        ("a.csv", "id,product,url_regex\na,A,(\n", "row 1 cannot be used"),
        ("a.jsonl", json.dumps({**COOKIE, "third_party": "perhaps"}), "neither true nor false"),
        ("a.jsonl", json.dumps(COOKIE) + '\n{"name": "b"}', "row 2 has no 'domain': add it"),
        ("a.jsonl", json.dumps({**COOKIE, "domain": 7}), "row 1 cannot be used"),
    ],
)
def test_a_bad_file_is_one_line(name: str, content: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError) as error:
        read_labels(written(tmp_path, name, content))
    assert problem in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / name}: ")
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(LabelError, match="cannot be read"):
        read_labels(tmp_path / "picture.csv")


def test_the_label_files_of_a_directory(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"holds no labels: put one of cookies_observed\.jsonl, "):
        label_files(tmp_path)
    for name in (*reversed(LABEL_FILES), "notes.csv"):
        (tmp_path / name).touch()
    assert label_files(tmp_path) == tuple(tmp_path / name for name in LABEL_FILES)
    assert labels_from({}) == labels_from({LABELS_VARIABLE: " "}) == ()
    assert labels_from({LABELS_VARIABLE: str(tmp_path)}) == label_files(tmp_path)
