import json
from pathlib import Path

import pytest

from tests.support.cli import run_cli

OVERRIDE = "vendors:\n- {id: o, vendor: Ours, category: functional, purpose: P., cookies: [%s]}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shown(*arguments: str | Path) -> str:
    result = run_cli("catalogue", "show", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_the_packaged_catalogue_passes() -> None:
    result = run_cli("catalogue", "check")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr.endswith("CAPTCHAs: 0 problems\n")


def test_every_problem_of_every_file_is_a_line(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(OVERRIDE % "'_a', '_a', {regex: '('}")
    two.write_text("vendors: 3\n")
    result = run_cli("catalogue", "check", one, two)
    assert result.exit_code == 1
    problems = result.stdout.splitlines()
    assert [problem.split(": ")[0] for problem in problems] == [f"{one}:2", f"{one}:2", f"{two}:1"]
    assert result.stderr.endswith("3 problems\n")


def test_a_file_that_cannot_be_read_is_no_check(tmp_path: Path) -> None:
    result = run_cli("catalogue", "check", tmp_path / "none.yaml")
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_name_is_explained_step_by_step() -> None:
    text = shown("_ga", "--kind", "cookie")
    assert "cookie _ga" in text
    assert "core:google-analytics/cookie:_ga" in text
    assert "Is it a CAPTCHA's name?" in text
    assert "not asked any more" in text
    assert "scanner/catalogue/vendors/g.yaml:" in text
    assert "https://" in text


def test_what_may_be_two_things_is_explained_as_both() -> None:
    text = shown("intercom.io")
    assert "request to https://intercom.io" in text
    assert "storage item intercom.io" in text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("https://www.google.com/recaptcha/api.js?render=explicit", "request to https://www.google.com"),
        ("doubleclick.net", "request to https://doubleclick.net"),
        ("doubleclick.net/x", "request to https://doubleclick.net/x"),
        ("connect.sid", "cookie connect.sid"),
        ("stranger.example", "request to https://stranger.example"),
        ("stranger.example", "cookie stranger.example"),
        ("10.0.0.1", "request to https://10.0.0.1"),
        ("//www.facebook.com/tr", "request to https://www.facebook.com/tr"),
        ("nobody_knows", "cookie nobody_knows"),
        ("hcaptcha", "CAPTCHA hcaptcha"),
        ("ajs_user_id", "storage item ajs_user_id"),
    ],
)
def test_what_a_text_stands_for(text: str, title: str) -> None:
    assert title in shown(text)


def test_domain_site_value_and_type_count() -> None:
    assert "unclassified" in shown("PHPSESSID", "--kind", "cookie")
    found = shown(
        "PHPSESSID", "--kind", "cookie", "--site", "https://shop.example/", "--domain", "shop.example"
    )
    assert "strictly-necessary" in found


def test_what_nearly_answers_says_what_it_asks_for() -> None:
    assert "a second sign: first-party" in shown("PHPSESSID", "--kind", "cookie")


def test_nothing_near() -> None:
    assert "No entry comes near it." in shown("nobody_knows_this_at_all")


def test_overrides_are_shown(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OVERRIDE % "_ga")
    assert "override:o/cookie:_ga" in shown("_ga", "--catalogue", own)
    (tmp_path / "consentinel.yaml").write_text("catalogue:\n  vendors: []\n  captchas: []\n")
    assert "override:o/cookie:_ga" in shown("_ga", "--catalogue", own)


def test_json() -> None:
    (explanation,) = json.loads(shown("_ga", "--kind", "cookie", "--json"))
    assert explanation["decision"]["category"] == "performance"
    assert explanation["steps"][0]["asked"] is True


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("",), "nothing to show"),
        (("x", "--kind", "request"), None),
        (("://", "--kind", "request"), "has no host"),
        (("a.example", "--type", "picture"), "unknown resource type 'picture'"),
        (("PHPSESSID", "--site", "example.org"), "--site: 'example.org' is no address"),
        (("PHPSESSID", "--domain", "not a domain"), "--domain: 'not a domain' is no host"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], problem: str | None) -> None:
    result = run_cli("catalogue", "show", *arguments)
    assert result.exit_code == (2 if problem else 0)
    assert (problem or "") in result.stderr


def test_hostile_text_is_harmless() -> None:
    assert "\x1b" not in shown("\x1b[31mred", "--kind", "cookie")
