"""hosting_files: every answer has its policy, and nothing gets in that a server would read otherwise."""

import json
import re

import pytest

from consentinel.banner.hosting import hosting_files
from consentinel.banner.hosting.choices import cookie_pattern, policy_by_bits
from consentinel.scanner.errors import InputError
from tests.banner.hosting.policies import NAMES, POLICIES, PURPOSES, hostile, hosting, valid

FILES = [
    "Caddyfile",
    "cloudflare-worker.js",
    "consentinel-policy.mjs",
    "consentinel-sw.js",
    "nginx-headers.conf",
    "nginx-keep.conf",
    "nginx.conf",
]


def test_the_files_are_the_same_every_time_and_end_with_a_line() -> None:
    files = hosting_files(POLICIES, hosting())
    assert list(files) == FILES
    assert files == hosting_files(dict(reversed(POLICIES.items())), hosting())
    assert all(
        files[name].endswith(b"}\n") or files[name].endswith(b";\n") for name in FILES if "sw" not in name
    )


def test_each_of_the_eight_answers_has_the_policy_of_its_name() -> None:
    assert policy_by_bits(POLICIES) == {bits: POLICIES[name] for bits, name in NAMES.items()}


@pytest.mark.parametrize("missing", ["no-choice", "gpc", "accept", "functional+targeting"])
def test_a_missing_policy_is_an_error(missing: str) -> None:
    policies = {name: policy for name, policy in POLICIES.items() if name != missing}
    with pytest.raises(InputError, match=re.escape(f"no policy for {missing}")):
        hosting_files(policies, hosting())


@pytest.mark.parametrize("odd", ['"', "$", "{", "\\", "`", "\n", "é", "#", "<"])
def test_a_policy_that_a_server_would_read_otherwise_is_an_error(odd: str) -> None:
    with pytest.raises(InputError, match="no server file can carry"):
        hosting_files({**POLICIES, "gpc": f"default-src 'self'{odd}"}, hosting())


@pytest.mark.parametrize(
    ("field", "value"),
    [("purposes", "0a1b"), ("purposes", ".*"), ("cookie_domain", "a;b"), ("keep_path", "/a{b")],
)
def test_facts_that_would_change_the_files_meaning_are_errors(field: str, value: str) -> None:
    with pytest.raises(InputError, match=re.escape(repr(value))):
        hosting(**{field: value})


def test_the_expression_finds_the_first_valid_answer() -> None:
    expression = re.compile(cookie_pattern(PURPOSES), re.ASCII)
    for header, state in valid(20_000):
        found = expression.search(header)
        assert found, header
        if found[1].count(".") == 3:
            assert NAMES[found[2]] == state


@pytest.mark.parametrize("header", hostile(20_000), ids=lambda header: repr(header)[:50])
def test_the_expression_finds_nothing_else(header: str) -> None:
    assert not re.search(cookie_pattern(PURPOSES), header)


def test_workers_get_the_same_settings() -> None:
    files = hosting_files(POLICIES, hosting(worker="work();"))
    worker = files["consentinel-sw.js"].decode()
    settings = re.fullmatch(r"\{const __config=(\{.*\});work\(\);\}\n", worker)
    assert settings
    assert json.loads(settings[1])["policies"]["111"] == POLICIES["accept"]
    for name in ("cloudflare-worker.js", "consentinel-policy.mjs"):
        assert f"CONFIG = {settings[1]};\n" in files[name].decode()


def test_no_country_cookie_unless_the_regime_depends_on_it() -> None:
    fixed, chosen = hosting_files(POLICIES, hosting()), hosting_files(POLICIES, hosting(by_country=True))
    for name in ("nginx.conf", "nginx-headers.conf", "Caddyfile"):
        assert b"country" not in fixed[name]
        assert b"country" in chosen[name]
