"""`consentinel catalogue update`, `rollback` and `packs`: the downloaded lists."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.origins import origin_from
from consentinel.scanner.packs.places import data_directory
from consentinel.scanner.packs.sources import SOURCES, Source, chosen, source_of
from consentinel.scanner.packs.store import Generation, Store
from consentinel.scanner.packs.updating import Outcome, Update, Updated
from consentinel.scanner.settings import resolve_settings

Command = TypeVar("Command", bound=Callable[..., Any])


def _with_data(command: Command) -> Command:
    return path_option("--data", help="Data directory.  [default: the user's]")(command)


def _directory(data: Path | None) -> Path:
    """Return the data directory that a scan with the same settings uses."""
    return data_directory(resolve_settings({"data": data}).data)


@click.command("update")
@click.option(
    "--from", "place", metavar="DIR|URL", help="Take the files from a directory, or from under an address."
)
@click.option("--pack", "ids", multiple=True, metavar="ID", help="Only this pack.  [default: the usual ones]")
@click.option("--allow-shrink", is_flag=True, help="Take also a list that has lost 30 % of its entries.")
@_with_data
def update(place: str | None, ids: tuple[str, ...], allow_shrink: bool, data: Path | None) -> None:
    """Fetch the packs: lists of cookies, hosts and filters that others publish.

    Exit status: 0 all are up to date, 2 at least one could not be fetched and stays as it was.
    """
    updated = Update(
        store=Store(_directory(data)),
        origin=origin_from(place),
        wanted=chosen(ids),
        today=_today().isoformat(),
        core=load_catalogue().sheets,
        allow_shrink=allow_shrink,
    ).run()
    for line in _told(updated):
        click.echo(line)
    if updated.failures:
        raise PackError(_failure(updated))


@click.command("rollback")
@_with_data
def rollback(data: Path | None) -> None:
    """Go back to the packs before the last update; once more returns to the newer ones.

    Exit status: 0 done, 2 there are none to go back to.
    """
    store = Store(_directory(data))
    with store.locked(create=False):
        generation = store.rollback({source.id: source.file for source in SOURCES})
    click.echo(f"now in use: generation {generation.path.name}")
    for pack in generation.manifest.packs:
        click.echo(_line(pack))


@click.command("packs")
@_with_data
def packs(data: Path | None) -> None:
    """List the packs that are installed and those that could be.

    Exit status: 0 done, 2 the data directory is damaged.
    """
    generation = Store(_directory(data)).current()
    if generation is None:
        click.echo("no packs are installed; `consentinel catalogue update` fetches them")
    for line in (*(_installed(generation) if generation else ()), *_available(generation)):
        click.echo(line)


def _told(updated: Updated) -> Iterator[str]:
    for outcome in updated.outcomes:
        if outcome.state != "failed" and outcome.installed:
            yield f"{outcome.id}: {outcome.state}, {_amount(outcome)}"
            yield f"    {outcome.installed.licence}; {outcome.installed.attribution}"
    if updated.conflicts_file:
        amount = len(updated.conflicts)
        yield f"{amount:,} {'conflict' if amount == 1 else 'conflicts'} to review: {updated.conflicts_file}"


def _amount(outcome: Outcome) -> str:
    now = outcome.installed.entries if outcome.installed else 0
    if outcome.entries_before in (None, now):
        return f"{now:,} entries"
    return f"{now:,} entries (were {outcome.entries_before:,})"


def _failure(updated: Updated) -> str:
    """Return one line: how many failed, what stays, and why."""
    failures = updated.failures
    reasons = " | ".join(f"{outcome.problem} ({_stays(outcome)})" for outcome in failures)
    return f"{len(failures)} of {len(updated.outcomes)} packs not updated: {reasons}"


def _stays(outcome: Outcome) -> str:
    return f"that of {outcome.installed.date} stays in use" if outcome.installed else "not installed"


def _installed(generation: Generation) -> Iterator[str]:
    for pack in generation.manifest.packs:
        yield _line(pack) + _damage(generation, pack)
        yield f"    {pack.licence}; {pack.attribution}"
        yield f"    {_origin(pack)}"


def _origin(pack: Installed) -> str:
    return f"{pack.url}, for {pack.source}" if pack.source not in ("", pack.url) else pack.url


def _damage(generation: Generation, pack: Installed) -> str:
    source = source_of(pack.id)
    if source is None:
        return "; not known to this version, not used"
    try:
        generation.read(pack, source.file)
    except PackError:
        return "; damaged, not used: update again"
    return ""


def _available(generation: Generation | None, sources: Sequence[Source] = SOURCES) -> Iterator[str]:
    held = {pack.id for pack in generation.manifest.packs} if generation else set()
    for source in sources:
        if source.id not in held:
            yield f"{source.id}: not installed, {source.gives}"
            yield f"    {source.licence}; {source.attribution}"


def _line(pack: Installed) -> str:
    return f"{pack.id}: {pack.entries:,} entries, {_age(pack.date)}, sha256 {pack.sha256[:12]}"


def _age(day: str) -> str:
    try:
        days = (_today() - date.fromisoformat(day)).days
    except ValueError:
        return f"of {day}"
    return f"of {day} ({days} {'day' if days == 1 else 'days'} old)"


def _today() -> date:
    return datetime.now(UTC).date()
