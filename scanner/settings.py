"""All settings of a scan: one table, read once from flags, environment, consentinel.yaml and defaults.

The fields of `ScanSettings` are the table; the command line, the environment variables, the file's keys and
docs/settings.md follow from it.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import msgspec

from consentinel.scanner.catalogue.loading import has_catalogue_section
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.config_file import DEFAULT_FILE, Entry, read_scan_section
from consentinel.scanner.errors import InputError
from consentinel.scanner.setting_values import (
    DOMAIN,
    FAILURE,
    FILE,
    HEADER,
    LINE,
    LOCALE,
    MAPPING,
    NUMBER,
    PATTERN,
    PORT,
    STATE,
    TRUTH,
    VARIABLE,
    WHOLE,
    Value,
    ValueType,
    in_taxonomy_order,
)

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])
PublicValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table. field: of ScanSettings. name: as users write it, without the unit.

    in_report: reports show it. Not shown are secrets, paths, addresses of hosts, and what changes no finding.
    """

    field: str
    name: str
    kind: ValueType
    default: Any
    help: str
    minimum: float | None
    maximum: float | None
    in_report: bool

    @property
    def multiple(self) -> bool:
        """Say whether it holds a list: the flag repeats, the variable is split at spaces."""
        return isinstance(self.default, tuple)

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"CONSENTINEL_{self.name.upper()}"

    @property
    def default_text(self) -> str:
        """The default as a user would write it; "" where there is none."""
        if self.multiple:
            return ",".join(map(str, self.default))
        if isinstance(self.default, bool):
            return str(self.default).lower()
        if self.default is None:
            return ""
        return f"{self.default:g}" if isinstance(self.default, float) else str(self.default)


def _setting(
    default: T,
    kind: ValueType,
    text: str,
    *,
    name: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    in_report: bool = True,
) -> T:
    row = {
        "kind": kind,
        "help": text,
        "name": name,
        "minimum": minimum,
        "maximum": maximum,
        "in_report": in_report,
    }
    return field(default=default, metadata=row)


@dataclass(frozen=True, kw_only=True)
class ScanSettings:
    """What a scan does, resolved; units are in the names. Secrets stay in the environment."""

    states: tuple[State, ...] = _setting(
        ("no-choice",),
        STATE,
        "Consent states to visit the site in: no-choice, reject, accept, withdrawn, gpc.",
    )
    max_pages: int = _setting(25, WHOLE, "Most pages to visit per state.", minimum=1)
    max_depth: int = _setting(5, WHOLE, "Most links between the start page and a page.", minimum=0)
    include: tuple[str, ...] = _setting(
        (), PATTERN, "Visit only pages whose path and query match this glob, or re:REGEX; start pages always."
    )
    exclude: tuple[str, ...] = _setting((), PATTERN, "Leave out pages whose path and query match.")
    ignore_robots: bool = _setting(False, TRUTH, "Visit also what robots.txt forbids.")
    tabs: int = _setting(
        4, WHOLE, "Pages open at once, each tab with cookies of its own.", minimum=1, maximum=16
    )
    watch_s: float = _setting(
        10.0,
        NUMBER,
        "How long to watch the first page of each state for tags that come late.",
        name="watch",
        minimum=0,
    )
    settle_cap_s: float = _setting(
        4.0, NUMBER, "Longest wait for the other pages to calm down.", name="settle_cap", minimum=0
    )
    page_timeout_s: float = _setting(
        30.0, NUMBER, "Longest wait for a page to load.", name="page_timeout", minimum=0.1
    )
    time_budget_s: float = _setting(600.0, NUMBER, "End the scan after this.", name="time_budget", minimum=1)
    max_requests: int = _setting(3000, WHOLE, "End the scan after this many requests.", minimum=1)
    max_bytes: int = _setting(100_000_000, WHOLE, "End the scan after this many bytes, both ways.", minimum=1)
    max_redirects: int = _setting(20, WHOLE, "Most redirects of one page.", minimum=0)
    allow_private: bool = _setting(False, TRUTH, "Reach private and loopback addresses: for local sites.")
    allow_port: tuple[int, ...] = _setting((), PORT, "Reach this port, besides 80, 443 and that of the URL.")
    resolve: tuple[str, ...] = _setting(
        (), MAPPING, "Reach a host at this address; * stands for every other host.", in_report=False
    )
    insecure: bool = _setting(False, TRUTH, "Accept TLS certificates that are not valid.")
    header: tuple[str, ...] = _setting(
        (),
        HEADER,
        "Send a header to the site's own hosts, its value from an environment variable.",
        in_report=False,
    )
    http_auth: str | None = _setting(
        None, VARIABLE, "Environment variable with user:password for HTTP authentication.", in_report=False
    )
    user_agent: str | None = _setting(None, LINE, "Send this User-Agent, not the browser's own.")
    locale: str = _setting("en-US", LOCALE, "Language of the browser.")
    first_party: tuple[str, ...] = _setting((), DOMAIN, "Another domain that belongs to the site.")
    block_third_party_cookies: bool = _setting(False, TRUTH, "Let the browser refuse third-party cookies.")
    catalogue: tuple[Path, ...] = _setting(
        (), FILE, "File with entries that go before those of the catalogue.", in_report=False
    )
    ignore_packs: bool = _setting(
        False, TRUTH, "Leave out the packs that `consentinel catalogue update` has installed."
    )
    data: Path | None = _setting(  # noqa: RUF009 - _setting returns a dataclass field
        None,
        FILE,
        "Directory for what is kept, such as packs; by default the user's data directory.",
        in_report=False,
    )
    har: Path | None = _setting(  # noqa: RUF009 - _setting returns a dataclass field
        None, FILE, "Write a HAR file per state into this directory.", in_report=False
    )
    har_values: bool = _setting(
        False, TRUTH, "Leave cookie values and the like in the HAR files.", in_report=False
    )
    fail_on: tuple[str, ...] = _setting(
        (),
        FAILURE,
        "Exit 1 on what is set without the consent it needs: needs-consent (any of it), or only the named "
        "categories or unclassified; gaps: on gaps.",
        in_report=False,
    )

    def public(self) -> dict[str, PublicValue]:
        """Return what a report shows, by name in alphabetical order: no secret, path or address."""
        shown = (setting for setting in SETTINGS if setting.in_report)
        return {
            setting.name: _plain(getattr(self, setting.field))
            for setting in sorted(shown, key=lambda setting: setting.name)
        }

    def fingerprint(self) -> str:
        """Return a hash of all that may change a finding; of secrets only where they are."""
        relevant = {
            setting.name: _plain(getattr(self, setting.field))
            for setting in SETTINGS
            if setting.name not in ("har", "har_values", "fail_on")
        }
        return hashlib.sha256(msgspec.json.encode(relevant, order="sorted")).hexdigest()[:16]

    def header_values(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return the headers to send, by name; raise InputError where a variable is unset or not one line."""
        named = (text.partition("=") for text in self.header)
        return {name: _secret(environ, variable, "--header") for name, _, variable in named}

    def credentials(self, environ: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
        """Return user and password for HTTP authentication, if any; raise InputError as `header_values`."""
        if self.http_auth is None:
            return None
        user, colon, password = _secret(environ, self.http_auth, "--http-auth").partition(":")
        if not colon:
            raise InputError(f"--http-auth: {self.http_auth} has no colon: set it to user:password")
        return user, password


SETTINGS: tuple[Setting, ...] = tuple(
    Setting(field=row.name, default=row.default, **{**row.metadata, "name": row.metadata["name"] or row.name})
    for row in fields(ScanSettings)
)


def resolve_settings(
    flags: Mapping[str, object], *, environ: Mapping[str, str] = os.environ, file: Path | None = None
) -> ScanSettings:
    """Return the settings: flags go before CONSENTINEL_* variables, these before the file, then defaults.

    flags: by field name, as `scan_options` hands them over; None and () are not given. file: by default
    consentinel.yaml of the working directory, if it is there.

    Raises InputError that names the flag, the variable, or FILE:LINE.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    section = {} if path is None else read_scan_section(path, [setting.name for setting in SETTINGS])
    values = {setting.field: _resolve(setting, flags, environ, section) for setting in SETTINGS}
    settings = _with_overrides_of(path, ScanSettings(**cast("dict[str, Any]", values)))
    settings.header_values(environ)
    settings.credentials(environ)
    return settings


def _with_overrides_of(path: Path | None, settings: ScanSettings) -> ScanSettings:
    """Put the settings file's own `catalogue:` below the files that were named."""
    if path is None or not has_catalogue_section(path):
        return settings
    return replace(settings, catalogue=(path, *settings.catalogue))


def scan_options(command: Command) -> Command:
    """Add an option per setting to a click command, which gets them by field name for `resolve_settings`."""
    for setting in reversed(SETTINGS):
        flag = f"{setting.flag}/--no-{setting.flag[2:]}" if setting.kind is TRUTH else setting.flag
        shown = (
            f"  [default: {setting.default_text}]"
            if setting.default_text and setting.kind is not TRUTH
            else ""
        )
        command = click.option(
            flag,
            setting.field,
            default=None,
            multiple=setting.multiple,
            metavar=setting.kind.metavar or None,
            help=setting.help + shown,
        )(command)
    return command


def _resolve(
    setting: Setting, flags: Mapping[str, object], environ: Mapping[str, str], section: Mapping[str, Entry]
) -> object:
    given = flags.get(setting.field)
    if given is not None and given != ():
        texts = [str(member) for member in given] if isinstance(given, (tuple, list)) else [str(given)]
        return _parse(setting, texts, setting.flag)
    variable = environ.get(setting.variable, "").strip()
    if variable:
        return _parse(setting, variable.split() if setting.multiple else [variable], setting.variable)
    entry = section.get(setting.name)
    return _from_file(setting, entry) if entry is not None and entry.value is not None else setting.default


def _from_file(setting: Setting, entry: Entry) -> object:
    members = entry.value if isinstance(entry.value, list) else [entry.value]
    if isinstance(entry.value, list) and not setting.multiple:
        entry.fail(f"{setting.name} must be {setting.kind.what}, not a list")
    source = f"{entry.file}:{entry.line}: {setting.name}"
    try:
        texts = [setting.kind.check_yaml(member) for member in members]
    except ValueError as error:
        raise InputError(f"{source} {error}") from None
    value = _parse(setting, texts, source)
    return _relative_to(entry.file, value) if setting.kind is FILE else value


def _relative_to(file: Path, value: object) -> object:
    """Return paths of a settings file as seen from that file."""
    if isinstance(value, tuple):
        return tuple(file.parent / path for path in value)
    return file.parent / cast("Path", value)


def _parse(setting: Setting, texts: list[str], source: str) -> object:
    """Return the value that the texts stand for; raise InputError that begins with `source`."""
    if setting.kind.splits_commas:
        texts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    values = tuple(_parse_one(setting, text, source) for text in texts)
    if setting.kind is STATE:
        return in_taxonomy_order(map(str, values)) or setting.default
    return tuple(dict.fromkeys(values)) if setting.multiple else values[0]


def _parse_one(setting: Setting, text: str, source: str) -> Value:
    try:
        value = setting.kind.parse(text)
    except (ValueError, InputError) as error:
        raise InputError(f"{source} {str(error).removeprefix(f'{setting.flag} ')}") from None
    if isinstance(value, int | float):
        _check_range(setting, value, source)
    return value


def _check_range(setting: Setting, value: float, source: str) -> None:
    if setting.minimum is not None and value < setting.minimum:
        raise InputError(f"{source} must be at least {setting.minimum}, not {value}")
    if setting.maximum is not None and value > setting.maximum:
        raise InputError(f"{source} must be at most {setting.maximum}, not {value}")


def _secret(environ: Mapping[str, str], variable: str, flag: str) -> str:
    value = environ.get(variable)
    if value is None:
        raise InputError(f"{flag}: the environment variable {variable} is not set: export it")
    if not value or not value.isprintable():
        raise InputError(f"{flag}: the environment variable {variable} must hold one line of text")
    return value


def _plain(value: object) -> PublicValue:
    if isinstance(value, tuple):
        return [str(member) for member in value]
    return str(value) if isinstance(value, Path) else cast("PublicValue", value)
