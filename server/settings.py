"""The server's settings: flags > environment > section `server:` of consentinel.yaml > default.

The fields of `ServerSettings` are the table (scanner/setting_table.py).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from urllib.parse import urlsplit

from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.config_file import DEFAULT_FILE, Entry, read_section, read_site
from consentinel.scanner.packs.places import data_directory
from consentinel.scanner.setting_table import Setting, add_options, resolve_row, setting, table_of
from consentinel.scanner.setting_values import FILE, TRUTH, WHOLE
from consentinel.server.origins import origin_of
from consentinel.server.setting_values import (
    CHALLENGE,
    DATABASE,
    HEADER_NAME,
    HOST,
    LISTEN_PORT,
    NAME,
    NETWORK,
    PUBLIC_URL,
)

Challenge = Literal["off", "optional", "required"]
Command = TypeVar("Command", bound=Callable[..., Any])
DATABASE_FILE = "consentinel.db"
KEYS_FILE = "keys.json"


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Everything that `consentinel serve` and its sisters need to know, resolved; units are in the names.

    Read `address`, `ledger_name` and `keys_file`: `database`, `name` and `keys` may be absent.
    """

    data: Path = setting(  # noqa: RUF009 - setting() returns a dataclass field
        cast("Any", MISSING),
        FILE,
        "Directory for the database, the keys and the anchor, made at the first start; by default the user's "
        "data directory.",
    )
    database: str = setting(
        "",
        DATABASE,
        "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; by default the file consentinel.db in the "
        "data directory.",
    )
    host: str = setting("127.0.0.1", HOST, "Address to listen at.")
    port: int = setting(8080, LISTEN_PORT, "Port to listen at; 0 for any that is free.")
    public_url: str = setting(
        "http://127.0.0.1:8080",
        PUBLIC_URL,
        "Address at which browsers reach this server, perhaps with a path; by default that of host and port.",
    )
    name: str = setting(
        "",
        NAME,
        "First part of the name of each shard of the ledger, never to be changed; by default the host of the "
        "public address.",
    )
    keys: Path | None = setting(  # noqa: RUF009 - setting() returns a dataclass field
        None,
        FILE,
        "File with the server's keys, to be shared by all processes; by default keys.json in the data "
        "directory.",
    )
    anchor: Path | None = setting(  # noqa: RUF009 - setting() returns a dataclass field
        None,
        FILE,
        "File that remembers how far the ledger was, best on another disk than the database; by default "
        "anchor.ndjson in the data directory.",
    )
    sites: tuple[Path, ...] = setting(
        (), FILE, "Settings file of a further site, with `site:` and `banner:`."
    )
    rate_limit: bool = setting(True, TRUTH, "Refuse who asks too often; off for load tests.")
    challenge: Challenge = setting(  # noqa: RUF009 - setting() returns a dataclass field
        "optional",
        CHALLENGE,
        "Whether a posted choice needs a challenge: off, optional (without one it counts as unverified) or "
        "required.",
    )
    country_headers: tuple[str, ...] = setting(
        ("CF-IPCountry", "CloudFront-Viewer-Country", "X-Country-Code"),
        HEADER_NAME,
        "Header field in which a CDN tells the visitor's country; of several the first that is there.",
        name="country_header",
    )
    trusted_proxies: tuple[str, ...] = setting(
        ("127.0.0.1", "::1"),
        NETWORK,
        "Address or network of a proxy whose X-Forwarded-* fields are believed.",
        name="trusted_proxy",
    )
    token_minutes: int = setting(
        60, WHOLE, "Minutes for which a state token is valid.", minimum=1, maximum=1_440
    )
    proof_days: int = setting(
        1_095, WHOLE, "Days for which a record is kept after its answer has run out.", minimum=0
    )
    checkpoint_s: int = setting(
        60, WHOLE, "Seconds between two checkpoints of a growing shard.", name="checkpoint", minimum=1
    )

    @property
    def address(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def keys_file(self) -> Path:
        """The file with the keys."""
        return self.keys or self.data / KEYS_FILE

    @property
    def ledger_name(self) -> str:
        """The first part of each shard's name."""
        return self.name or urlsplit(self.public_url).hostname or self.host

    @property
    def is_public_url_set(self) -> bool:
        """Whether somebody said where browsers reach this server; else it follows from host and port."""
        return self.public_url != own_address(self.host, self.port)

    def __repr__(self) -> str:
        """Leave the values away: the database's address may have a password in it."""
        return f"<{type(self).__name__}>"


SETTINGS: tuple[Setting, ...] = table_of(ServerSettings)


def resolve_settings(
    flags: Mapping[str, object], *, environ: Mapping[str, str] = os.environ, file: Path | None = None
) -> ServerSettings:
    """Return the settings.

    flags: by field name, as `server_options` hands them over; None and () are not given. file: by default
    consentinel.yaml of the working directory, if it is there; one that has `site:` is the first of `sites`.
    Raises InputError that names the flag, the variable, or FILE:LINE.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    section = {} if path is None else _section(path)
    values = {row.field: resolve_row(row, flags, environ, section) for row in SETTINGS}
    values["data"] = data_directory(cast("Path | None", values["data"]), environ)
    found = ServerSettings(**cast("dict[str, Any]", values))
    if found.public_url == ServerSettings.public_url:
        found = replace(found, public_url=own_address(found.host, found.port))
    own = (path,) if path is not None and read_site(path) is not None else ()
    return replace(found, sites=tuple(dict.fromkeys((*own, *found.sites))))


def own_address(host: str, port: int) -> str:
    """Return the address of a server that listens there, as a browser on the same machine reaches it."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return origin_of(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")


def server_options(*names: str) -> Callable[[Command], Command]:
    """Add `--config` and the options of these settings, by field name, or of all, to a click command."""
    table = [row for row in SETTINGS if not names or row.field in names]

    def add(command: Command) -> Command:
        with_config = path_option(
            "--config", "config", metavar="FILE", help="Settings file.  [default: consentinel.yaml]"
        )
        return with_config(add_options(command, table))

    return add


def _section(file: Path) -> dict[str, Entry]:
    """Return the entries of `server:`, the path of an SQLite database as seen from the file."""
    section = read_section(file, "server", [row.name for row in SETTINGS])
    entry = section.get("database")
    if entry is None or not str(entry.value).startswith("sqlite:///"):
        return section
    path = file.parent / str(entry.value).removeprefix("sqlite:///")
    return section | {"database": replace(entry, value=f"sqlite:///{path}")}
