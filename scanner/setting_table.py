"""Tables of settings: fields of a frozen dataclass, from flags, environment, consentinel.yaml or defaults.

The command line, the environment variables, the file's keys and the documentation follow from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from consentinel.scanner.config_file import Entry
from consentinel.scanner.errors import InputError
from consentinel.scanner.setting_values import FILE, STATE, TRUTH, Value, ValueType, in_taxonomy_order

T = TypeVar("T")
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One row of the table. field: of the dataclass. name: as users write it, without the unit.

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


def setting(
    default: T,
    kind: ValueType,
    text: str,
    *,
    name: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
    in_report: bool = True,
) -> T:
    """Return a field of a dataclass of settings: a row of the table. name: by default that of the field."""
    row = {
        "kind": kind,
        "help": text,
        "name": name,
        "minimum": minimum,
        "maximum": maximum,
        "in_report": in_report,
    }
    return field(default=default, metadata=row)


def table_of(settings: type) -> tuple[Setting, ...]:
    """Return the table that a dataclass's fields are."""
    return tuple(
        Setting(
            field=row.name,
            default=None if row.default is MISSING else row.default,
            **{**row.metadata, "name": row.metadata["name"] or row.name},
        )
        for row in fields(settings)
    )


def add_options(command: Command, table: Iterable[Setting]) -> Command:
    """Add an option per setting to a click command, which gets them by field name for `resolve_row`."""
    for row in reversed(tuple(table)):
        flag = f"{row.flag}/--no-{row.flag[2:]}" if row.kind is TRUTH else row.flag
        shown = f"  [default: {row.default_text}]" if row.default_text and row.kind is not TRUTH else ""
        command = click.option(
            flag,
            row.field,
            default=None,
            multiple=row.multiple,
            metavar=row.kind.metavar or None,
            help=row.help + shown,
        )(command)
    return command


def resolve_row(
    row: Setting, flags: Mapping[str, object], environ: Mapping[str, str], section: Mapping[str, Entry]
) -> object:
    """Return a row's value: flags go before CONSENTINEL_* variables, these before the file, then defaults.

    flags: by field name; None and () are not given. section: of the file, by key. Raises InputError that
    names the flag, the variable, or FILE:LINE.
    """
    given = flags.get(row.field)
    if given is not None and given != ():
        texts = [str(member) for member in given] if isinstance(given, (tuple, list)) else [str(given)]
        return _parse(row, texts, row.flag)
    variable = environ.get(row.variable, "").strip()
    if variable:
        return _parse(row, variable.split() if row.multiple else [variable], row.variable)
    entry = section.get(row.name)
    return _from_file(row, entry) if entry is not None and entry.value is not None else row.default


def _from_file(row: Setting, entry: Entry) -> object:
    members = entry.value if isinstance(entry.value, list) else [entry.value]
    if isinstance(entry.value, list) and not row.multiple:
        entry.fail(f"{row.name} must be {row.kind.what}, not a list")
    source = f"{entry.file}:{entry.line}: {row.name}"
    try:
        texts = [row.kind.check_yaml(member) for member in members]
    except ValueError as error:
        raise InputError(f"{source} {error}") from None
    value = _parse(row, texts, source)
    return _relative_to(entry.file, value) if row.kind is FILE else value


def _relative_to(file: Path, value: object) -> object:
    """Return paths of a settings file as seen from that file."""
    if isinstance(value, tuple):
        return tuple(file.parent / path for path in value)
    return file.parent / cast("Path", value)


def _parse(row: Setting, texts: list[str], source: str) -> object:
    """Return the value that the texts stand for; raise InputError that begins with `source`."""
    if row.kind.splits_commas:
        texts = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    values = tuple(_parse_one(row, text, source) for text in texts)
    if row.kind is STATE:
        return in_taxonomy_order(map(str, values)) or row.default
    return tuple(dict.fromkeys(values)) if row.multiple else values[0]


def _parse_one(row: Setting, text: str, source: str) -> Value:
    try:
        value = row.kind.parse(text)
    except (ValueError, InputError) as error:
        raise InputError(f"{source} {str(error).removeprefix(f'{row.flag} ')}") from None
    if isinstance(value, int | float):
        _check_range(row, value, source)
    return value


def _check_range(row: Setting, value: float, source: str) -> None:
    if row.minimum is not None and value < row.minimum:
        raise InputError(f"{source} must be at least {row.minimum}, not {value}")
    if row.maximum is not None and value > row.maximum:
        raise InputError(f"{source} must be at most {row.maximum}, not {value}")
