"""The measure of accuracy itself: how shares are counted, what the commands print."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as whole
from bench.accuracy import is_same_product, measure, measure_accuracy
from bench.classify_speed import made_entries
from bench.labels import LABELS_VARIABLE, Label, words_of
from bench.measures import Measure
from bench.scores import WORST, Judged, score, shares
from bench.scores_shown import show_accuracy
from consentinel.scanner.catalogue.entries import CaptchaProduct
from consentinel.scanner.catalogue.loading import catalogue_from
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import Category
from tests.support.installed_packs import install_packs
from tests.support.label_files import observed, written

ROOT = Path(__file__).parent.parent
CATALOGUE = """
vendors:
  - id: acme
    vendor: Acme
    category: performance
    purpose: Counts anvils.
    check: https://acme.example/
    cookies: [_acme]
    hosts: [acme.example]
captchas:
  - id: anvil-v2
    vendor: Acme
    product: Anvil v2
    category: strictly-necessary
    purpose: Tells people from anvils.
    collects: The weight.
    runs_before_interaction: false
    check: https://acme.example/anvil
    hosts: [anvil.example/v2]
    cookies: [anvil_token]
    dom_selectors: ['[name="anvil-response"]']
"""


def made_catalogue() -> Catalogue:
    return catalogue_from([Document("made.yaml", CATALOGUE.encode())])


# --- counting ---


def judged(label: Category, answer: Category | None, *, what: str = "a", weight: float = 1.0) -> Judged:
    asked = Label(
        file="f", task="category", what=what, subjects=(), category=label, weight=weight, source="s"
    )
    return Judged(asked, Decision(category=answer, rule=answer and f"core:{what}"))


TINY = [
    judged("strictly-necessary", "strictly-necessary", weight=4),
    judged("strictly-necessary", None, what="b"),
    judged("functional", "strictly-necessary", what="c", weight=2),
    judged("performance", "targeting", what="d"),
    judged("targeting", "targeting", what="e"),
    judged("targeting", None, what="f"),
]


def test_shares_counted_by_hand() -> None:
    found = shares(TINY)
    assert found.count == 6
    assert found.coverage == pytest.approx(4 / 6)
    assert found.abstention == pytest.approx(2 / 6)
    assert found.four_class == pytest.approx(2 / 4)
    assert found.three_class == pytest.approx(3 / 4)
    assert found.overall == pytest.approx(2 / 6)
    # b waits for consent and need not, c does not and should: the other four are answered right
    assert found.consent_needed == pytest.approx(4 / 6)
    assert found.wrongly_necessary == pytest.approx(1 / 4)


def test_shares_weighted_by_hand() -> None:
    found = shares(TINY, weigh=lambda one: one.label.weight)
    assert found.count == 6
    assert found.coverage == pytest.approx(8 / 10)
    assert found.four_class == pytest.approx(5 / 8)
    assert found.overall == pytest.approx(5 / 10)
    assert found.wrongly_necessary == pytest.approx(2 / 5)


def test_a_share_of_nothing_is_none() -> None:
    found = shares([judged("strictly-necessary", None)])
    assert (found.four_class, found.three_class, found.wrongly_necessary) == (None, None, None)
    assert (found.coverage, found.overall) == (0, 0)
    assert shares([]).coverage is None


def test_confusion_and_groups() -> None:
    found = score("f", TINY)
    assert found.confusion["strictly-necessary"] == {
        "strictly-necessary": 1,
        "functional": 0,
        "performance": 0,
        "targeting": 0,
        "unclassified": 1,
    }
    assert found.confusion["performance"]["targeting"] == 1
    assert sum(sum(row.values()) for row in found.confusion.values()) == 6
    assert {name: group.count for name, group in found.by_category.items()} == {
        "strictly-necessary": 2,
        "targeting": 2,
        "functional": 1,
        "performance": 1,
    }
    assert found.by_source["s"] == found.plain


def test_the_worst_misses_come_first() -> None:
    found = score("f", TINY).worst
    assert [miss.what for miss in found] == ["c", "d", "b", "f"]
    assert (found[0].weight, found[0].answer, found[0].rule) == (2, "strictly-necessary", "core:c")
    assert found[2].answer is None


def test_the_same_miss_is_counted_once_and_there_are_not_too_many() -> None:
    many = [judged("targeting", None, what=str(number)) for number in range(WORST + 5)]
    again = [judged("performance", "targeting", what="again") for _ in range(3)]
    found = score("f", [*many, *again]).worst
    assert len(found) == WORST
    assert (found[0].what, found[0].count, found[0].weight) == ("again", 3, 3)


# --- products ---


def product(name: str, *, vendor: str = "Acme", product_id: str | None = None) -> CaptchaProduct:
    return CaptchaProduct(
        id=product_id or name.lower().replace(" ", "-"),
        vendor=vendor,
        product=name,
        category="strictly-necessary",
        contested=False,
        collects="",
        runs_before_interaction=False,
        check="",
        decision=Decision(),
        source="",
    )


@pytest.mark.parametrize(
    ("label", "known", "same"),
    [
        ("reCAPTCHA v2", product("reCAPTCHA v2", vendor="Google"), True),
        ("reCAPTCHA v2", product("reCAPTCHA v3", vendor="Google"), False),
        ("reCAPTCHA Enterprise", product("reCAPTCHA v3", vendor="Google"), False),
        ("reCAPTCHA Enterprise", product("reCAPTCHA Enterprise", vendor="Google"), True),
        ("Acme Bot Manager", product("Bot Manager", vendor="Acme"), True),
        ("Other Bot Manager", product("Bot Manager", vendor="Acme"), False),
        ("Anvil CAPTCHA", product("Hammer CAPTCHA"), False),
        ("v2", product("Anvil v2"), False),
    ],
)
def test_the_same_product_has_the_same_version_and_a_word_in_common(
    label: str, known: CaptchaProduct, same: bool
) -> None:
    asked = Label(file="f", task="product", what=label, subjects=(), words=words_of(label))
    assert is_same_product(asked, known) == same


def test_products_are_known_by_any_sign(tmp_path: Path) -> None:
    head = "id,product,url_regex,hosts,cookies,form_fields\n"
    text = (
        f"{head}anvil-v2,Anvil v2,https://anvil\\.example/v2/a\\.js,,,\nanvil-v2,Anvil v2,,,anvil_token,\n"
        "anvil-v2,Anvil v2 again,,,,anvil-response\nanvil-v3,Anvil v3,,anvil.example/v2,,\n"
        "x,Xylo,,x.example,,\n"
    )
    (found,) = measure(made_catalogue(), [written(tmp_path, "captcha.csv", text)]).products
    assert (found.count, found.named) == (5, 3)
    assert found.missed == ("Xylo",)
    assert found.wrong == ("Anvil v3: anvil-v2",)


# --- the whole ---


def test_everything_is_measured_at_once(tmp_path: Path) -> None:
    head = "domain,category4,popularity_rank\n"
    files = [
        observed(tmp_path, {}, {"name": "unknown"}),
        written(tmp_path, "t.csv", f"{head}acme.example,analytics,1\nu.example,targeting,2\n"),
        written(tmp_path, "h.csv", "host,category4\ncdn.acme.example,functional\nok.example,functional\n"),
        written(tmp_path, "u.csv", "url,type\nhttps://anvil.example/v2,script\n"),
    ]
    found = measure(made_catalogue(), files)
    assert [one.file for one in found.scores] == ["cookies_observed.jsonl", "t.csv"]
    assert found.scores[0].plain.coverage == 0.5
    (popular,) = found.popular
    assert (popular.count, popular.coverage, popular.missed) == (2, 0.5, ("u.example",))
    hosts, urls = found.alarms
    assert hosts.alarms == ("cdn.acme.example: performance",)
    assert (urls.alarms, urls.named_harmless) == ((), 1)


def test_packs_answer_where_they_are_asked_for(tmp_path: Path) -> None:
    files = [observed(tmp_path, {"name": "acme_anvil"})]
    assert measure_accuracy(files).scores[0].plain.coverage == 0
    found = measure_accuracy(files, install_packs(tmp_path))
    assert found.scores[0].plain.coverage == 1
    assert found.packs[0].startswith("open-cookie-database ")


def test_names_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: tuple[dict[str, object], ...] = (
        {"name": "[bold]a[/]", "cmp": "[/x]"},
        {"name": ":smile:\x1b[31m"},
        {},
    )
    show_accuracy(measure(made_catalogue(), [observed(tmp_path, *rows)]))
    printed = capsys.readouterr().out
    assert "[bold]a[/]" in printed
    assert "[/x]" in printed
    assert ":smile:\\x1b[31m" in printed
    assert "\x1b[31m" not in printed


def run(*arguments: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    env = {**os.environ, "COLUMNS": "160", **environ}
    return subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)


def test_the_command_prints_tables_and_writes_json(tmp_path: Path) -> None:
    labels = observed(tmp_path, {"name": "_ga"}, {"name": "unknown_anvil"})
    ended = run(Path("bench") / "accuracy.py", "--labels", labels, "--json", tmp_path / "out.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "cookies_observed.jsonl" in ended.stdout
    assert "unknown_anvil at .shop.example" in ended.stdout
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["scores"][0]["plain"]["coverage"] == 0.5
    assert found["packs"] == []


@pytest.mark.parametrize("named", ["flag", "environment", "nowhere"])
def test_all_benchmarks_measure_accuracy_where_labels_are_given(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = observed(tmp_path, {"name": "_ga"})
    measure = Measure(name="m", value=1, unit="s", how="")
    monkeypatch.setattr(whole, "PARTS", {"scanner": lambda quick: iter([measure])})
    monkeypatch.setenv(LABELS_VARIABLE, str(tmp_path) if named == "environment" else "")
    flags = ["--labels", str(labels)] if named == "flag" else []
    monkeypatch.setattr(sys, "argv", ["bench", "--json", str(tmp_path / "out.json"), *flags])
    assert whole.main() == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert [measured["name"] for measured in found["measures"]] == ["m"]
    assert (found["accuracy"] is None) == (named == "nowhere")
    assert ("cookies_observed.jsonl, % of rows" in capsys.readouterr().out) == (named != "nowhere")


def test_a_bad_file_ends_the_commands_with_one_line_and_2(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    for arguments, name in (((Path("bench") / "accuracy.py",), "accuracy"), (("-m", "bench"), "bench")):
        ended = run(*arguments, "--labels", missing)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"{name}: {missing}: cannot be read")
        assert ended.stderr.count("\n") == 1
    ended = run("-m", "bench", **{LABELS_VARIABLE: str(tmp_path)})
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"bench: {tmp_path}: holds no labels")


def test_made_entries_are_entries() -> None:
    (sheet,) = catalogue_from([made_entries(90)]).sheets
    assert len(sheet.vendors) == 90
    assert {name.how for name in sheet.names} == {"exact", "prefix", "regex"}
    assert len({name.text for name in sheet.names}) == 180
    assert len(sheet.hosts) == 180
