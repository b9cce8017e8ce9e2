"""The server's settings, from four places, and what is wrong with them in one line."""

import re
import traceback
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.errors import InputError
from consentinel.scanner.site_rules import places_of
from consentinel.scanner.site_rules_file import rules_in
from consentinel.server.settings import (
    SETTINGS,
    ServerSettings,
    own_address,
    resolve_settings,
    server_options,
)

DOCS = Path(__file__).parents[2] / "docs" / "server-settings.md"


@pytest.fixture(autouse=True)
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def resolved(yaml: str = "", environ: dict[str, str] | None = None, **flags: object) -> ServerSettings:
    if yaml:
        Path("consentinel.yaml").write_text(yaml, encoding="utf-8")
    return resolve_settings(flags, environ={"HOME": "/home/me"} | (environ or {}))


def error_of(yaml: str = "", environ: dict[str, str] | None = None, **flags: object) -> str:
    with pytest.raises(InputError) as caught:
        resolved(yaml, environ, **flags)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- where a value comes from ---


def test_defaults() -> None:
    settings = resolved()
    assert settings == ServerSettings(data=Path("/home/me/.local/share/consentinel"))
    assert settings.address == "sqlite:////home/me/.local/share/consentinel/consentinel.db"
    assert settings.keys_file == Path("/home/me/.local/share/consentinel/keys.json")
    assert (settings.public_url, settings.ledger_name) == ("http://127.0.0.1:8080", "127.0.0.1")
    assert settings.sites == ()


def test_flags_go_before_environment_before_file_before_default() -> None:
    yaml = "server:\n  port: 1\n  proof_days: 1\n  token_minutes: 1\n"
    environ = {"CONSENTINEL_PORT": "2", "CONSENTINEL_PROOF_DAYS": "2"}
    settings = resolved(yaml, environ, port="3")
    assert (settings.port, settings.proof_days, settings.token_minutes) == (3, 2, 1)
    assert settings.checkpoint_s == 60


def test_the_data_directory_is_that_of_the_scanner() -> None:
    assert resolved(environ={"XDG_DATA_HOME": "/srv"}).data == Path("/srv/consentinel")
    assert resolved(environ={"CONSENTINEL_DATA": "data"}).data == Path("data")


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "other.yaml"
    file.parent.mkdir()
    file.write_text(
        "server: {data: data, keys: k.json, anchor: /mnt/a, database: sqlite:///a.db, sites: b.yaml}"
    )
    settings = resolve_settings({}, environ={}, file=file)
    assert settings.data == file.parent / "data"
    assert (settings.keys_file, settings.anchor) == (file.parent / "k.json", Path("/mnt/a"))
    assert settings.address == f"sqlite:///{file.parent}/a.db"
    assert settings.sites == (file.parent / "b.yaml",)


def test_the_database_of_a_flag_is_where_the_user_is(tmp_path: Path) -> None:
    settings = resolved("server:\n  database: sqlite:///a.db\n", database="sqlite:///a.db")
    assert settings.address == "sqlite:///a.db"


def test_a_file_with_a_site_is_the_first_of_the_sites() -> None:
    yaml = "site: https://a.example/\nserver:\n  sites: [b.yaml, consentinel.yaml, c.yaml]\n"
    assert resolved(yaml).sites == (Path("consentinel.yaml"), Path("b.yaml"), Path("c.yaml"))
    assert resolved(environ={"CONSENTINEL_SITES": "d.yaml e.yaml"}).sites == (
        Path("consentinel.yaml"),
        Path("d.yaml"),
        Path("e.yaml"),
    )


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("https://x.example:443", "https://x.example"),
        ("https://x.example:443/consent/", "https://x.example/consent"),
        ("http://x.example:80/", "http://x.example"),
        ("HTTPS://X.Example.:0443", "https://x.example"),
        ("https://[2001:DB8::1]:443/a/b", "https://[2001:db8::1]/a/b"),
        ("https://x.example:80", "https://x.example:80"),
        ("http://x.example:8080/Consent", "http://x.example:8080/Consent"),
    ],
)
def test_an_address_is_written_as_browsers_write_its_origin(written: str, becomes: str) -> None:
    """Else a receipt, a token or a snippet would name another server than the one that made it."""
    assert resolved(public_url=written).public_url == becomes


def test_the_public_address_follows_host_and_port() -> None:
    assert resolved(port="0", host="0.0.0.0").public_url == "http://127.0.0.1:0"
    assert resolved(port="80", host="::1").public_url == "http://[::1]"
    assert (
        resolved(port="81", public_url="https://c.example/consent/").public_url == "https://c.example/consent"
    )
    assert own_address("::", 1) == "http://127.0.0.1:1"
    assert own_address("0.0.0.0", 80) == "http://127.0.0.1"


def test_the_ledger_is_named_after_the_public_address() -> None:
    assert resolved(public_url="https://C.example:8443/x").ledger_name == "c.example"
    assert resolved(public_url="https://c.example", name="ledger.example").ledger_name == "ledger.example"


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("CONSENTINEL_RATE_LIMIT", "off", "rate_limit", False),
        ("CONSENTINEL_CHALLENGE", "Required", "challenge", "required"),
        ("CONSENTINEL_COUNTRY_HEADER", "X-Geo, CF-IPCountry", "country_headers", ("X-Geo", "CF-IPCountry")),
        ("CONSENTINEL_TRUSTED_PROXY", "10.1.2.3/8 ::1", "trusted_proxies", ("10.0.0.0/8", "::1")),
        ("CONSENTINEL_CHECKPOINT", "5", "checkpoint_s", 5),
        ("CONSENTINEL_KEYS", "/run/keys.json", "keys_file", Path("/run/keys.json")),
        ("CONSENTINEL_HOST", "[::1]", "host", "::1"),
        ("CONSENTINEL_DATABASE", "postgresql://u:p@h/d", "address", "postgresql://u:p@h/d"),
    ],
)
def test_variables(variable: str, text: str, field: str, value: object) -> None:
    assert getattr(resolved(environ={variable: text}), field) == value


@pytest.mark.parametrize("text", ["off", "no", "false"])
def test_off_in_yaml_is_off(text: str) -> None:
    settings = resolved(f"server:\n  challenge: {text}\n  rate_limit: {text}\n")
    assert (settings.challenge, settings.rate_limit) == ("off", False)


# --- what is wrong ---


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("port", "65536", "--port must be a port from 1 to 65535, or 0"),
        ("port", "-1", "--port must be a port"),
        ("host", "a b", "--host must be a host name"),
        ("name", "a/b", "--name must be a host name"),
        ("challenge", "maybe", "--challenge must be one of off, optional, required"),
        ("public_url", "c.example", "--public-url must be an address such as https://"),
        ("public_url", "https://u:p@c.example", "--public-url must be an address"),
        ("public_url", "https://c.example/?a", "--public-url must be an address"),
        ("public_url", "https://[c.example", "--public-url must be an address"),
        ("public_url", "ftp://c.example", "--public-url must be an address"),
        ("country_headers", ("X Y",), "--country-header must be the name of a header"),
        ("trusted_proxies", ("10.0.0",), "--trusted-proxy must be an IP address or a network"),
        ("token_minutes", "0", "--token-minutes must be at least 1"),
        ("token_minutes", "99999", "--token-minutes must be at most 1440"),
        ("database", "mysql://h/d", "--database is no such address: "),
    ],
)
def test_a_wrong_flag(field: str, text: object, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve_settings({field: text}, environ={"HOME": "/home/me"})
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("yaml", "problem"),
    [
        ("server:\n  prot: 1\n", "consentinel.yaml:2: unknown key 'prot' in `server`: did you mean 'port'"),
        ("server:\n  port: many\n", "consentinel.yaml:2: port must be a port, not 'many'"),
        ("server:\n  port: [1]\n", "consentinel.yaml:2: port must be a port, not a list"),
        ("server:\n\n  challenge: true\n", "consentinel.yaml:3: challenge must be one of"),
        ("server: 8080\n", "consentinel.yaml:1: `server` must hold `key: value` lines"),
        ("server:\n  database: mysql://h/d\n", "consentinel.yaml:2: database is no such address: "),
        ("srever: {}\n", "consentinel.yaml:1: unknown key 'srever' in the file"),
    ],
)
def test_a_wrong_file(yaml: str, problem: str) -> None:
    assert error_of(yaml).startswith(problem)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError, match=r"none\.yaml: No such file"):
        resolve_settings({}, environ={}, file=Path("none.yaml"))


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_whatever_is_in_a_variable_there_are_settings_or_one_line(text: str) -> None:
    for row in SETTINGS:
        try:
            resolve_settings({}, environ={"HOME": "/h", row.variable: text})
        except InputError as error:
            shown = str(error)
            assert shown.startswith(row.variable)
            assert len(shown.splitlines()) == 1


# --- what is not told ---


def test_a_password_is_not_shown() -> None:
    password = "-".join(("one", "secret"))  # a traceback shows lines of code
    right, wrong = f"postgresql://me:{password}@h/d", f"postgres//me:{password}@h/d"
    assert password not in repr(resolved(environ={"CONSENTINEL_DATABASE": right}))
    with pytest.raises(InputError) as caught:
        resolved(environ={"CONSENTINEL_DATABASE": wrong})
    assert password not in "".join(traceback.format_exception(caught.value))
    assert password not in error_of(f"server:\n  database: {wrong}\n")
    assert password not in error_of(f"server:\n  database: [{right}]\n")


# --- flags and documentation ---


def test_every_setting_is_a_flag_and_a_field() -> None:
    @click.command()
    @server_options()
    def command(config: Path | None, **flags: object) -> None:
        click.echo(resolve_settings(flags, file=config).port)

    result = CliRunner().invoke(command, ["--port", "81", "--no-rate-limit"])
    assert result.output == "81\n"
    shown = CliRunner().invoke(command, ["--help"]).output
    assert [row.flag for row in SETTINGS if not re.search(rf"{row.flag}\b", shown)] == []
    assert {row.field for row in SETTINGS} == {row.name for row in fields(ServerSettings)}


def test_a_command_may_have_some_of_them() -> None:
    @click.command()
    @server_options("data", "database")
    def command(**flags: object) -> None:
        click.echo(sorted(flags))

    assert CliRunner().invoke(command, []).output == "['config', 'data', 'database']\n"


def test_the_documentation_has_every_row() -> None:
    text = DOCS.read_text("utf-8")
    for row in SETTINGS:
        shown = f"`{row.default_text}`" if row.default_text else ""
        assert f"| `{row.name}` | `{row.flag}` | `{row.variable}` | {shown} | {row.help} |" in text


@pytest.mark.parametrize(
    ("section", "environ"),
    [
        ("", {}),
        ("", {"CONSENTINEL_HOST": "192.0.2.1", "CONSENTINEL_PORT": "9090"}),
        ("{host: 192.0.2.1, port: 80}", {"CONSENTINEL_PORT": " "}),
        ("{host: '::'}", {"CONSENTINEL_PORT": "9090"}),
        ("{port: 9090}", {"CONSENTINEL_HOST": "::1"}),
        ("{public_url: 'https://c.example/x'}", {"CONSENTINEL_PORT": "9090"}),
        ("{public_url: 'http://127.0.0.1:8080', port: 9090}", {}),
        ("{port: 9090}", {"CONSENTINEL_PUBLIC_URL": "https://e.example"}),
    ],
)
def test_a_scan_knows_where_the_server_is(section: str, environ: dict[str, str]) -> None:
    site = "https://www.shop.example/"
    settings = resolved(f"site: {site}\nserver: {section}\n", environ)
    known = rules_in(Path("consentinel.yaml"), environ).places
    assert known == places_of("www.shop.example", (settings.public_url,))
