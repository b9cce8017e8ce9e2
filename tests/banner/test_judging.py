import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentinel.banner.judging import Judge
from consentinel.banner.rule_text import Rule, format_rules, parse_rules, vendors_of
from tests.banner.test_rule_text import CODES, VENDORS

TESTS = Path(__file__).parents[1]
GOLDEN = json.loads((TESTS / "golden" / "rules.json").read_bytes())
OWN = ["www.site.example", "site.example"]
# Few letters, so that rules and addresses meet.
LABEL = st.sampled_from(["a", "b", "ab", "a-b", "ba"])
HOST = st.lists(LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"]))
PATH = st.lists(LABEL, max_size=2).map(lambda labels: "/" + "/".join(labels))
GLOBS = st.builds(
    lambda text, at, width: text[:at] + "*" + text[at + width :],
    HOST.map(lambda host: host.removesuffix(".example")),
    st.integers(0, 4),
    st.integers(0, 2),
).map(lambda label: f"{label.replace('/', '')}.example".replace("..", "."))
PATTERNS = st.one_of(
    HOST,
    GLOBS.filter(lambda glob: not glob.startswith(".")),
    st.builds("{}{}".format, HOST, PATH),
    st.builds("{}{}*".format, HOST, PATH),
    PATH.filter(lambda path: len(path) > 1),
    st.builds("#{}".format, LABEL),
    st.builds("#{}*".format, LABEL),
)
RULES = st.lists(st.builds(Rule, PATTERNS, CODES, VENDORS), max_size=12, unique_by=lambda rule: rule.pattern)


def answer(judge: Judge, url: str, base: str, own: Sequence[str]) -> list[Any] | None:
    """Return what the script's `judge` answers, with the vendor's slug; null for what is the site's own."""
    try:
        parts = urlsplit(urljoin(base, url))
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "ws", "wss"):
        return None
    found = judge.address(host, parts.path or "/")
    if found is None:
        return [6, ""]
    return None if found.pattern in own and found.code == 0 else [found.code, found.vendor]


@pytest.mark.parametrize("url", [url for url in GOLDEN["addresses"] if url != "https:ads.example"])
def test_addresses(url: str) -> None:
    judge = Judge(parse_rules("\n".join(GOLDEN["rules"])), GOLDEN["own"])
    assert answer(judge, url, GOLDEN["base"], GOLDEN["own"]) == GOLDEN["addresses"][url]


@pytest.mark.parametrize("name", GOLDEN["names"])
def test_names(name: str) -> None:
    found = Judge(parse_rules("\n".join(GOLDEN["rules"]))).name(name)
    assert (found and [found.code, found.vendor]) == GOLDEN["names"][name]


def test_vendors() -> None:
    assert vendors_of("\n".join(GOLDEN["rules"])) == GOLDEN["vendors"]


def case(rules: list[Rule], urls: list[str], names: list[str]) -> dict[str, Any]:
    """Return a golden file of our own making."""
    text = format_rules(rules)
    judge = Judge(parse_rules(text), OWN)
    said = {name: judge.name(name) for name in names}
    return {
        "own": OWN,
        "base": "https://www.site.example/",
        "rules": text.split("\n"),
        "vendors": list(vendors_of(text)),
        "addresses": {url: answer(judge, url, "https://www.site.example/", OWN) for url in urls},
        "names": {name: found and [found.code, found.vendor] for name, found in said.items()},
    }


URLS = st.one_of(st.builds("https://{}{}".format, HOST, PATH), PATH)
CASES = st.builds(case, RULES.filter(bool), st.lists(URLS, max_size=8), st.lists(LABEL, max_size=4))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CASES, min_size=20, max_size=40))
def test_the_script_reads_any_rules_as_we_do(cases: list[dict[str, Any]]) -> None:
    node = shutil.which("node")
    assert node is not None, "Node.js was not found: install it, the banner's script is tested in it"
    file = TESTS / "banner" / "js" / "rules_golden.test.mjs"
    with TemporaryDirectory() as folder:
        made = Path(folder) / "cases.json"
        made.write_text(json.dumps(cases))
        environment = {**os.environ, "CONSENTINEL_CASES": str(made)}
        ended = subprocess.run(
            [node, "--test", file], env=environment, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 0, ended.stdout[-3000:]
