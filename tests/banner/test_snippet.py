import base64
import hashlib
import html
import json
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.banner.typical_report import banner


def page(**settings: Any) -> BeautifulSoup:
    return BeautifulSoup(banner(**settings).files()["snippet.html"], "lxml")


def test_three_tags_of_which_one_changes_with_each_build() -> None:
    files = banner(base="https://cdn.example/b/").files()
    plain, immutable, inline = BeautifulSoup(files["snippet.html"], "lxml").find_all("script")
    script = files["consentinel.js"]
    assert plain.attrs == {"src": "https://cdn.example/b/consentinel.js"}
    assert immutable["src"] == f"https://cdn.example/b/consentinel.{hashlib.sha384(script).hexdigest()}.js"
    assert immutable["integrity"] == f"sha384-{base64.b64encode(hashlib.sha384(script).digest()).decode()}"
    assert immutable["crossorigin"] == "anonymous"
    assert inline.attrs == {}
    assert inline.string == script.decode()


@pytest.mark.parametrize(("base", "start"), [("/b", "/b/"), ("/b/", "/b/"), ("/", "/")])
def test_a_folder_of_the_site(base: str, start: str) -> None:
    assert page(base=base).find_all("script")[0]["src"] == f"{start}consentinel.js"


def test_without_a_base_the_site_has_the_files_at_its_root_and_none_inline_which_could_not_find_them() -> (
    None
):
    plain, immutable = page().find_all("script")
    assert plain["src"] == "/consentinel.js"
    assert str(immutable["src"]).startswith("/consentinel.")
    assert "`base: /b`" in banner().files()["snippet.html"].decode()


def test_strict_has_the_policy_that_is_right_for_everybody_before_an_answer() -> None:
    files = banner(mode="strict", regime="us-ca").files()
    text = files["snippet.html"].decode()
    (content,) = re.findall(
        r'<meta http-equiv="Content-Security-Policy" data-consentinel content="([^"]*)">', text
    )
    assert html.unescape(content) == json.loads(files["csp.json"])["gpc"]


@pytest.mark.parametrize("mode", ["observe", "standard"])
def test_other_modes_have_no_policy(mode: str) -> None:
    assert page(mode=mode).find("meta") is None


def test_each_part_says_what_it_promises() -> None:
    text = banner(mode="strict", base="/b").files()["snippet.html"].decode()
    for word in ("Plain: ", "Immutable: ", "Inline: ", "Strict, static hosting: ", "Strict, own server: "):
        assert f"<!-- {word}" in text
