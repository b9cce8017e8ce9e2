"""`consentinel publish` as a conversation: what changes, a yes, and what was done."""

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from consentinel.banner.compile import Banner
from consentinel.banner.doubts import doubts
from consentinel.banner.writing import write_files
from consentinel.scanner import report
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.rendering.escaping import visible
from consentinel.server.commands.opening import opened
from consentinel.server.errors import ServerError
from consentinel.server.publishing.contents import Content
from consentinel.server.publishing.difference_text import render_all, render_text
from consentinel.server.publishing.first_text import render_first
from consentinel.server.publishing.publisher import Prepared, Publisher, chosen
from consentinel.server.publishing.reach import astray, elsewhere, unreachable
from consentinel.server.publishing.screenshots import screenshots_of
from consentinel.server.served_at import served_at
from consentinel.server.settings import ServerSettings
from consentinel.server.storage.engines import parse_address, sqlite_file


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line says. site: None where it names none. scan: a report to approve with it.

    is_agreed: whether to publish without a question. is_verbose: whether to show every change. is_blind:
    whether to take no screenshots. folder: where the version's files are written, too.
    """

    site: str | None
    scan: Path | None
    is_agreed: bool
    is_verbose: bool
    is_blind: bool
    folder: Path | None


def run(settings: ServerSettings, wishes: Wishes) -> None:
    """Show what would change, ask, and publish.

    Raises InputError, StorageError, BrowserError and OutputError.
    """
    found = report.load(wishes.scan) if wishes.scan else None
    _choose_before_there_is_a_database(settings, wishes)
    with opened(settings, create=True) as server:
        publisher = Publisher(server.database, server.ledger, settings.public_url)
        publisher.refuse_after_a_loss("published")
        prepared = publisher.prepare(publisher.choose(wishes.site, settings.sites, found))
        with server.database.read() as connection:
            warn(elsewhere(served_at(connection), settings.public_url))
        if not prepared.changes:
            click.echo(f"{prepared.wanted.site}: nothing has changed since version {prepared.number - 1}")
            if publisher.approve(prepared.wanted, _user()):
                click.echo("the report is approved")
            return
        _show(prepared, is_verbose=wishes.is_verbose)
        warn(_warnings(prepared.draft.banner, settings))
        if not wishes.is_agreed and not _agrees(prepared):
            click.echo("nothing was published", err=True)
            return
        contents = _contents(publisher, prepared, wishes)
        publisher.publish(prepared, contents, _user())
    _conclude(prepared, settings.public_url, contents, wishes.folder)


def _choose_before_there_is_a_database(settings: ServerSettings, wishes: Wishes) -> None:
    """Raise ServerError or InputError for a wrong site or settings before a database is made for them."""
    file = sqlite_file(parse_address(settings.address))
    if file is not None and not file.exists():
        chosen(wishes.site, settings.sites, frozenset())


def _show(prepared: Prepared, *, is_verbose: bool) -> None:
    """Print what changes."""
    before = f"version {prepared.number - 1}" if prepared.previous else "nothing"
    click.echo(f"{prepared.wanted.site}: version {prepared.number}, compared with {before}")
    for line in _lines(prepared, is_verbose=is_verbose).splitlines():
        click.echo(visible(line))
    if prepared.asks_again:
        click.echo("All visitors are asked again: purposes or services are others than in their answers.")


def _warnings(banner: Banner, settings: ServerSettings) -> Iterator[str]:
    """Yield why visitors may not reach this server, and what the banner cannot promise."""
    yield from unreachable(banner.settings.site, settings.public_url)
    if settings.is_public_url_set:
        yield from astray(banner.settings, settings.public_url)
    yield from doubts(banner)


def _lines(prepared: Prepared, *, is_verbose: bool) -> str:
    changes, mode = prepared.changes, prepared.draft.banner.settings.mode
    if is_verbose:
        return render_all(changes)
    if prepared.previous is None:
        return f"{render_first(changes, mode=mode)}\n--verbose shows all of it."
    return render_text(changes, mode=mode) or (
        f"Only the policies in csp.json differ, which nobody sends in mode {mode}; --verbose shows them."
    )


def _agrees(prepared: Prepared) -> bool:
    try:
        return click.confirm(f"Publish version {prepared.number} of {prepared.wanted.site}?", err=True)
    except click.Abort as error:
        raise ServerError("nobody answered: look at the difference, and add --yes to publish") from error


def _contents(publisher: Publisher, prepared: Prepared, wishes: Wishes) -> list[Content]:
    pictures = [] if wishes.is_blind else screenshots_of(prepared.draft.numbered(prepared.number))
    return [*publisher.contents(prepared), *pictures]


def _conclude(prepared: Prepared, public_url: str, contents: Sequence[Content], folder: Path | None) -> None:
    click.echo(f"published: version {prepared.number} of {prepared.wanted.site}")
    tag = f'<script src="{public_url}/b/{prepared.wanted.site}.js"></script>'
    click.echo(f"the tag, to be the first element in <head>: {tag}", err=True)
    if folder:
        write_files(folder, {item.entry.name: item.artefact.content for item in contents})


def _user() -> str:
    """Return who runs the command, for the record of the version."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"
