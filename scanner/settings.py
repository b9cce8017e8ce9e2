"""All settings of a scan: one table, read once from flags, environment, consentinel.yaml and defaults.

The fields of `ScanSettings` are the table; the command line, the environment variables, the file's keys and
docs/settings.md follow from it.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from consentinel.scanner.catalogue.loading import has_catalogue_section
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.config_file import DEFAULT_FILE, read_section
from consentinel.scanner.errors import InputError
from consentinel.scanner.setting_table import Setting, add_options, resolve_row, setting, table_of
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
)

Command = TypeVar("Command", bound=Callable[..., Any])
PublicValue = str | int | float | bool | list[str] | None


@dataclass(frozen=True, kw_only=True)
class ScanSettings:
    """What a scan does, resolved; units are in the names. Secrets stay in the environment."""

    states: tuple[State, ...] = setting(
        ("no-choice",),
        STATE,
        "Consent states to visit the site in: no-choice, reject, accept, withdrawn, gpc.",
    )
    max_pages: int = setting(25, WHOLE, "Most pages to visit per state.", minimum=1)
    max_depth: int = setting(5, WHOLE, "Most links between the start page and a page.", minimum=0)
    include: tuple[str, ...] = setting(
        (), PATTERN, "Visit only pages whose path and query match this glob, or re:REGEX; start pages always."
    )
    exclude: tuple[str, ...] = setting((), PATTERN, "Leave out pages whose path and query match.")
    ignore_robots: bool = setting(False, TRUTH, "Visit also what robots.txt forbids.")
    tabs: int = setting(
        4, WHOLE, "Pages open at once, each tab with cookies of its own.", minimum=1, maximum=16
    )
    watch_s: float = setting(
        10.0,
        NUMBER,
        "How long to watch the first page of each state for tags that come late.",
        name="watch",
        minimum=0,
    )
    settle_cap_s: float = setting(
        4.0, NUMBER, "Longest wait for the other pages to calm down.", name="settle_cap", minimum=0
    )
    page_timeout_s: float = setting(
        30.0, NUMBER, "Longest wait for a page to load.", name="page_timeout", minimum=0.1
    )
    time_budget_s: float = setting(600.0, NUMBER, "End the scan after this.", name="time_budget", minimum=1)
    max_requests: int = setting(3000, WHOLE, "End the scan after this many requests.", minimum=1)
    max_bytes: int = setting(100_000_000, WHOLE, "End the scan after this many bytes, both ways.", minimum=1)
    max_redirects: int = setting(20, WHOLE, "Most redirects of one page.", minimum=0)
    allow_private: bool = setting(False, TRUTH, "Reach private and loopback addresses: for local sites.")
    allow_port: tuple[int, ...] = setting((), PORT, "Reach this port, besides 80, 443 and that of the URL.")
    resolve: tuple[str, ...] = setting(
        (), MAPPING, "Reach a host at this address; * stands for every other host.", in_report=False
    )
    insecure: bool = setting(False, TRUTH, "Accept TLS certificates that are not valid.")
    header: tuple[str, ...] = setting(
        (),
        HEADER,
        "Send a header to the site's own hosts, its value from an environment variable.",
        in_report=False,
    )
    http_auth: str | None = setting(
        None, VARIABLE, "Environment variable with user:password for HTTP authentication.", in_report=False
    )
    user_agent: str | None = setting(None, LINE, "Send this User-Agent, not the browser's own.")
    locale: str = setting("en-US", LOCALE, "Language of the browser.")
    first_party: tuple[str, ...] = setting((), DOMAIN, "Another domain that belongs to the site.")
    block_third_party_cookies: bool = setting(False, TRUTH, "Let the browser refuse third-party cookies.")
    catalogue: tuple[Path, ...] = setting(
        (), FILE, "File with entries that go before those of the catalogue.", in_report=False
    )
    ignore_packs: bool = setting(
        False, TRUTH, "Leave out the packs that `consentinel catalogue update` has installed."
    )
    data: Path | None = setting(  # noqa: RUF009 - setting()() returns a dataclass field
        None,
        FILE,
        "Directory for what is kept, such as packs; by default the user's data directory.",
        in_report=False,
    )
    har: Path | None = setting(  # noqa: RUF009 - setting()() returns a dataclass field
        None, FILE, "Write a HAR file per state into this directory.", in_report=False
    )
    har_values: bool = setting(
        False, TRUTH, "Leave cookie values and the like in the HAR files.", in_report=False
    )
    fail_on: tuple[str, ...] = setting(
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


SETTINGS: tuple[Setting, ...] = table_of(ScanSettings)


def resolve_settings(
    flags: Mapping[str, object], *, environ: Mapping[str, str] = os.environ, file: Path | None = None
) -> ScanSettings:
    """Return the settings: flags go before CONSENTINEL_* variables, these before the file, then defaults.

    flags: by field name, as `scan_options` hands them over; None and () are not given. file: by default
    consentinel.yaml of the working directory, if it is there.

    Raises InputError that names the flag, the variable, or FILE:LINE.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    section = {} if path is None else read_section(path, "scan", [setting.name for setting in SETTINGS])
    values = {setting.field: resolve_row(setting, flags, environ, section) for setting in SETTINGS}
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
    return add_options(command, SETTINGS)


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
