import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.errors import InputError
from consentinel.scanner.setting_table import Setting
from consentinel.scanner.setting_values import TRUTH
from consentinel.scanner.settings import SETTINGS, ScanSettings, resolve_settings, scan_options

unhurried = settings(deadline=None)

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "consentinel.yaml") -> Path:
    file = Path(name)
    file.write_text(text, encoding="utf-8")
    return file


def error_of(
    flags: dict[str, object] | None = None, environ: dict[str, str] | None = None, yaml: str = ""
) -> str:
    if yaml:
        write(yaml)
    with pytest.raises(InputError) as caught:
        resolve_settings(flags or {}, environ=environ or {})
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_defaults() -> None:
    settings = resolve_settings({}, environ={})
    assert settings == ScanSettings()
    assert settings.states == ("no-choice",)
    assert (settings.max_pages, settings.watch_s, settings.locale) == (25, 10.0, "en-US")
    assert settings.credentials({}) is None
    assert settings.header_values({}) == {}


def test_flags_go_before_environment_before_file_before_default() -> None:
    write("scan:\n  max_pages: 2\n  watch: 2\n  tabs: 2\n")
    environ = {"CONSENTINEL_MAX_PAGES": "3", "CONSENTINEL_WATCH": "3"}
    settings = resolve_settings({"max_pages": "4"}, environ=environ)
    assert (settings.max_pages, settings.watch_s, settings.tabs, settings.max_depth) == (4, 3.0, 2, 5)


def test_what_is_not_given_does_not_count() -> None:
    write("scan:\n  max_pages: 2\n  locale:\n")
    flags: dict[str, object] = {"max_pages": None, "include": (), "insecure": None}
    settings = resolve_settings(flags, environ={"CONSENTINEL_MAX_PAGES": " "})
    assert settings.max_pages == 2
    assert settings.locale == "en-US"


def test_a_flag_can_switch_off_what_the_file_switches_on() -> None:
    write("scan:\n  insecure: true\n")
    assert resolve_settings({}, environ={}).insecure
    assert not resolve_settings({"insecure": False}, environ={}).insecure


def test_states_in_taxonomy_order_from_commas_or_repeats() -> None:
    expected = ("no-choice", "reject", "accept")
    assert resolve_settings({"states": ("accept,no-choice", "reject")}, environ={}).states == expected
    environ = {"CONSENTINEL_STATES": "accept no-choice,reject,accept"}
    assert resolve_settings({}, environ=environ).states == expected
    write("scan: {states: [accept, reject, no-choice]}")
    assert resolve_settings({}, environ={}).states == expected
    write("scan: {states: 'accept,reject,no-choice'}")
    assert resolve_settings({}, environ={}).states == expected


def test_every_kind_of_value_from_a_file() -> None:
    file = write(
        """
site: https://example.org/
scan:
  include: /blog/*
  exclude: ['re:[.]php$', "*print*"]
  watch: 0
  settle_cap: 2.5
  allow_port: [8080, 8443]
  resolve: [shop.example=127.0.0.1:8080, "*=[::1]"]
  first_party: [Shop.Example, Bücher.example]
  user_agent: Mozilla/5.0 (X11)
  catalogue: [more.yaml]
  har: out
  block_third_party_cookies: yes
banner: {}
""",
        "settings.yaml",
    )
    settings = resolve_settings({}, environ={}, file=file.absolute())
    here = Path.cwd()
    assert settings == ScanSettings(
        include=("/blog/*",),
        exclude=("re:[.]php$", "*print*"),
        watch_s=0.0,
        settle_cap_s=2.5,
        allow_port=(8080, 8443),
        resolve=("shop.example=127.0.0.1:8080", "*=[::1]"),
        first_party=("shop.example", "xn--bcher-kva.example"),
        user_agent="Mozilla/5.0 (X11)",
        catalogue=(here / "more.yaml",),
        har=here / "out",
        block_third_party_cookies=True,
    )


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        (
            "scan:\n  max_page: 3\n",
            "consentinel.yaml:2: unknown key 'max_page' in `scan`: did you mean 'max_pages'?",
        ),
        ("scan:\n  max-pages: 3\n", "consentinel.yaml:2: unknown key 'max-pages' in `scan`: did you mean"),
        (
            "scan:\n  zzz: 3\n",
            "consentinel.yaml:2: unknown key 'zzz' in `scan`: use one of states, max_pages",
        ),
        ("scan:\n\n  tabs: 1\n  tabs: 2\n", "consentinel.yaml:4: key 'tabs' twice in `scan`"),
        ("site: x\nscam: {}\n", "consentinel.yaml:2: unknown key 'scam' in the file: did you mean 'scan'?"),
        ("scan: {}\nscam: {}\n", "consentinel.yaml:2: unknown key 'scam'"),
        ("scan:\n  tabs: '2'\n", "consentinel.yaml:2: tabs must be a whole number, not '2'"),
        ("scan:\n  tabs: true\n", "consentinel.yaml:2: tabs must be a whole number, not True"),
        ("scan:\n  tabs: 2.5\n", "consentinel.yaml:2: tabs must be a whole number, not 2.5"),
        ("scan:\n  tabs: [1, 2]\n", "consentinel.yaml:2: tabs must be a whole number, not a list"),
        ("scan:\n  tabs: 0\n", "consentinel.yaml:2: tabs must be at least 1, not 0"),
        ("scan:\n  tabs: 17\n", "consentinel.yaml:2: tabs must be at most 16, not 17"),
        ("scan:\n  insecure: 1\n", "consentinel.yaml:2: insecure must be true or false, not 1"),
        ("scan:\n  watch: .inf\n", "consentinel.yaml:2: watch must be a number"),
        ("scan:\n  locale: 5\n", "consentinel.yaml:2: locale must be a language tag, not 5"),
        ("scan:\n  states: [maybe]\n", "consentinel.yaml:2: states must be one of no-choice, reject"),
        ("scan:\n  include: [blog]\n", "consentinel.yaml:2: include pattern 'blog' matches no page"),
        ("scan:\n  include: {a: 1}\n", "consentinel.yaml:2: must be one value or a list of values"),
        ("scan:\n  include: [[a]]\n", "consentinel.yaml:2: must be one value or a list of values"),
        ("scan:\n  include: &x [*x]\n", "consentinel.yaml:2: must be one value"),
        (
            "scan:\n  locale: 2024-99-99\n",
            "consentinel.yaml:2: '2024-99-99' cannot be read: put it in quotes",
        ),
        ("scan:\n  locale: !!python/name:os.system\n", "consentinel.yaml:2: '' cannot be read"),
        ("scan: 3\n", "consentinel.yaml:1: `scan` must hold `key: value` lines"),
        ("- scan\n", "consentinel.yaml:1: the file must hold"),
        ("scan:\n  a: [\n", "consentinel.yaml:3: not YAML"),
        ("scan:\n  a: \x07\n", "consentinel.yaml:1: not YAML (a character that YAML forbids)"),
    ],
)
def test_errors_in_the_file_have_file_and_line(yaml: str, message: str) -> None:
    assert error_of(yaml=yaml).startswith(message)


def test_a_file_that_cannot_be_read() -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml: No such file"):
        resolve_settings({}, environ={}, file=Path("nowhere.yaml"))
    Path("consentinel.yaml").write_bytes(b"scan: \xff")
    assert "not UTF-8" in error_of()
    for empty in ("", "scan:\n", "# nothing\n", "site: x\n"):
        write(empty)
        assert resolve_settings({}, environ={}) == ScanSettings()


@pytest.mark.parametrize(
    ("flags", "environ", "message"),
    [
        ({"max_pages": "many"}, {}, "--max-pages must be a whole number, not 'many'"),
        ({"max_pages": "0"}, {}, "--max-pages must be at least 1"),
        ({"watch_s": "nan"}, {}, "--watch must be a number"),
        ({}, {"CONSENTINEL_WATCH": "-1"}, "CONSENTINEL_WATCH must be at least 0"),
        ({}, {"CONSENTINEL_INSECURE": "maybe"}, "CONSENTINEL_INSECURE must be true or false, not 'maybe'"),
        ({"allow_port": ("80,99999",)}, {}, "--allow-port must be a port from 1 to 65535"),
        ({"resolve": ("a=b",)}, {}, "--resolve 'a=b' is not HOST=IP[:PORT]"),
        ({"include": ("re:(",)}, {}, "--include pattern 're:(' is not a regular expression"),
        ({"first_party": ("a b",)}, {}, "--first-party must be a domain such as example.org"),
        ({"locale": "english!"}, {}, "--locale must be a language tag"),
        ({"user_agent": "a\nb"}, {}, "--user-agent must be one line of text"),
        ({"fail_on": ("anything",)}, {}, "--fail-on must be one of needs-consent,"),
        ({"header": ("X-Preview",)}, {}, "--header must be NAME=VARIABLE"),
        ({"header": ("Host=X",)}, {"X": "y"}, "--header cannot set the header Host"),
        ({"header": ("X-A=MISSING",)}, {}, "--header: the environment variable MISSING is not set"),
        (
            {"header": ("X-A=V",)},
            {"V": "a\r\nEvil: b"},
            "--header: the environment variable V must hold one line",
        ),
        ({"http_auth": "MISSING"}, {}, "--http-auth: the environment variable MISSING is not set"),
        ({"http_auth": "V"}, {"V": "nocolon"}, "--http-auth: V has no colon"),
        ({"http_auth": "me:hunter2"}, {}, "--http-auth must be the name of an environment variable"),
    ],
)
def test_errors_name_the_flag_or_the_variable(
    flags: dict[str, object], environ: dict[str, str], message: str
) -> None:
    found = error_of(flags, environ)
    assert found.startswith(message)
    assert "hunter2" not in found
    assert "Evil" not in found


def test_secrets_come_from_the_environment_and_stay_there() -> None:
    environ = {"TOKEN": "canary-1", "LOGIN": "me:canary-2:x"}
    settings = resolve_settings({"header": ("X-Preview=TOKEN",), "http_auth": "LOGIN"}, environ=environ)
    assert settings.header_values(environ) == {"X-Preview": "canary-1"}
    assert settings.credentials(environ) == ("me", "canary-2:x")
    assert "canary" not in repr(settings) + json.dumps(settings.public())


def test_public_shows_no_secret_path_or_address() -> None:
    settings = ScanSettings(
        resolve=("shop.example=10.9.8.7",),
        header=("X-A=CANARY",),
        http_auth="CANARY",
        catalogue=(Path("/canary/x.yaml"),),
        har=Path("/canary"),
        first_party=("shop.example",),
    )
    public = settings.public()
    assert list(public) == sorted(public)
    assert public["first_party"] == ["shop.example"]
    assert public["watch"] == 10.0
    assert not {"resolve", "header", "http_auth", "catalogue", "har", "har_values", "fail_on"} & set(public)
    assert not re.search("canary|10.9.8.7", json.dumps(public), re.IGNORECASE)


def test_the_fingerprint_follows_what_changes_findings() -> None:
    plain = ScanSettings()
    assert plain.fingerprint() == ScanSettings().fingerprint()
    assert replace(plain, har=Path("x"), fail_on=("gaps",)).fingerprint() == plain.fingerprint()
    changed = [replace(plain, max_pages=3), replace(plain, resolve=("a=1.2.3.4",)), replace(plain, tabs=1)]
    assert len({settings.fingerprint() for settings in (plain, *changed)}) == 4


@click.command()
@scan_options
def show(**flags: object) -> None:
    """Print the settings."""
    click.echo(repr(resolve_settings(flags, environ={"TOKEN": "x"})))


def test_the_command_line_has_an_option_per_setting() -> None:
    result = CliRunner().invoke(show, ["--help"])
    assert result.exit_code == 0
    for setting in SETTINGS:
        assert re.search(rf"^  {setting.flag}\b", result.output, re.MULTILINE)


def test_the_command_line_reaches_the_settings() -> None:
    arguments = [
        "--states",
        "accept,reject",
        "--watch",
        "0",
        "--insecure",
        "--no-har-values",
        "--max-pages=3",
    ]
    arguments += ["--include", "/a*", "--include", "/b*", "--header", "X-A=TOKEN", "--catalogue", "c.yaml"]
    result = CliRunner().invoke(show, arguments)
    expected = ScanSettings(
        states=("reject", "accept"),
        watch_s=0.0,
        insecure=True,
        max_pages=3,
        include=("/a*", "/b*"),
        header=("X-A=TOKEN",),
        catalogue=(Path("c.yaml"),),
    )
    assert result.output.strip() == repr(expected)
    assert CliRunner().invoke(show, []).output.strip() == repr(ScanSettings())


def row(setting: Setting) -> str:
    default = f"`{setting.default_text}`" if setting.default_text else ""
    help_text = setting.help.replace("|", "\\|")
    return f"| `{setting.name}` | `{setting.flag}` | `{setting.variable}` | {default} | {help_text} |"


def test_the_documentation_has_every_setting_as_it_is() -> None:
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if "| `--" in line]
    assert rows == [row(setting) for setting in SETTINGS]


def test_every_setting_has_help_and_a_name_of_its_own() -> None:
    assert (
        len({setting.flag for setting in SETTINGS})
        == len({setting.variable for setting in SETTINGS})
        == len(SETTINGS)
    )
    for setting in SETTINGS:
        assert setting.help.endswith(".")
        assert setting.kind is not TRUTH or setting.default is False


@unhurried
@given(st.sampled_from(SETTINGS), st.text(max_size=30))
def test_any_text_is_a_value_or_an_input_error(setting: Setting, text: str) -> None:
    given_value = (text,) if setting.multiple else text
    try:
        settings = resolve_settings({setting.field: given_value}, environ={})
    except InputError as error:
        assert str(error).startswith(setting.flag)  # noqa: PT017 - both outcomes are right
    else:
        settings.fingerprint()


@unhurried
@given(st.text(max_size=60))
def test_any_file_is_settings_or_an_input_error_with_its_line(text: str) -> None:
    file = write("scan: " + text, "any.yaml")
    try:
        resolve_settings({}, environ={}, file=file)
    except InputError as error:
        assert re.match(r"any\.yaml:\d+: ", str(error))  # noqa: PT017 - both outcomes are right
