"""`consentinel ledger …`: prove, export, erase and prune what visitors have answered."""

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from consentinel.scanner.commands.path_option import path_option
from consentinel.scanner.plural import plural
from consentinel.server.errors import LedgerError, ServerError
from consentinel.server.settings import resolve_settings, server_options

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from consentinel.server.commands.opening import Opened

_MOST_SHOWN = 50


@click.group("ledger")
def command() -> None:
    """Prove, export, erase and prune consent records, beside a running server or without one."""


_PLACES = ("data", "database", "keys", "anchor", "name", "public_url")
_server = server_options(*_PLACES)


def _opened(config: Path | None, flags: dict[str, object]) -> "AbstractContextManager[Opened]":
    # Here, as in all of these: --help needs no database.
    from consentinel.server.commands.opening import opened  # noqa: PLC0415 - as above

    return opened(resolve_settings(flags, file=config))


@command.command("verify", short_help="Verify the whole database, or an export.")
@click.argument("file", metavar="[EXPORT]", required=False)
@click.option(
    "--public-key", metavar="KEY", help="Of the ledger, for an EXPORT: hex, base64, JWKS or a file."
)
@click.option(
    "--checkpoint", metavar="FILE", multiple=True, help="Older checkpoints, for an EXPORT; repeats."
)
@click.option("--receipt", metavar="TEXT", multiple=True, help="Has to be in the EXPORT; repeats.")
@_server
def verify_command(
    file: str | None,
    public_key: str | None,
    checkpoint: tuple[str, ...],
    receipt: tuple[str, ...],
    config: Path | None,
    **flags: object,
) -> None:
    """Compute every tree of the database anew from its leaves, and compare all that is stored with it.

    With EXPORT, a file of `consentinel ledger export` or a proof, this is the stand-alone verifier, which
    needs no database: server/ledger/verify.py, one file that anybody can copy and run.

    Exit status: 0 valid, 1 something is wrong, 2 it could not be read.
    """
    if file is not None:
        from consentinel.server.ledger.verify import main  # noqa: PLC0415 - as above

        options = [f"--public-key={public_key}"] if public_key else []
        options += [f"--checkpoint={path}" for path in checkpoint] + [f"--receipt={text}" for text in receipt]
        sys.exit(main([*options, "--", file]))
    if public_key or checkpoint or receipt:
        raise ServerError("--public-key, --checkpoint and --receipt belong to an EXPORT: name its file")
    with _opened(config, flags) as server:
        sys.exit(_verify(server))


def _verify(server: "Opened") -> Literal[0, 1]:
    from consentinel.server.ledger.checking import Check  # noqa: PLC0415 - as above
    from consentinel.server.ledger.restore import known_losses, ways_on  # noqa: PLC0415 - as above

    with server.database.read() as connection:
        check = Check(connection, server.keys)
        losses: tuple[str, ...] = ()
        try:
            problems = [*(losses := known_losses(server.database, server.anchor))]
        except LedgerError as error:
            problems = [str(error)]
        problems += check.problems()
    entries, trees = plural(check.entries, "entry"), plural(check.shards, "shard")
    for line in problems[:_MOST_SHOWN]:
        click.echo(line)
    if problems:
        click.echo(f"NOT VALID: {plural(len(problems), 'problem')} in {entries} of {trees}")
        for line in ways_on(losses):
            click.echo(f"consentinel: {line}", err=True)
        return 1
    place = server.database.place
    click.echo(f"valid: {entries} in {trees}" if check.entries else f"nothing has been recorded in {place}")
    return 0


@command.command("export", short_help="Write the ledger of a site, with all proofs.")
@click.argument("site")
@path_option("-o", "--output", "target", metavar="FILE", help="File to write.  [default: standard output]")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["ndjson", "csv"]),
    help="ndjson has the proofs, csv is for people.  [default: by the name of FILE, else ndjson]",
)
@_server
def export_command(
    site: str, target: Path | None, kind: str | None, config: Path | None, **flags: object
) -> None:
    """Write all records of SITE, as they are at this moment; the server goes on.

    What was erased is there as a hash, with the reason. Verify the file with `consentinel ledger verify
    FILE`, or without consentinel by its verify.py. The file is there in full or not at all.

    Exit status: 0 written, 2 it could not be written.
    """
    from consentinel.server.commands.streaming import write_stream  # noqa: PLC0415 - as above
    from consentinel.server.ledger.export import export_site  # noqa: PLC0415 - as above
    from consentinel.server.ledger.export_csv import export_csv  # noqa: PLC0415 - as above

    as_csv = kind == "csv" or (kind is None and target is not None and target.suffix == ".csv")
    with _opened(config, flags) as server, server.database.read() as connection:
        pieces: Iterable[bytes]
        if as_csv:
            pieces = (row.encode() for row in export_csv(connection, site))
        else:
            pieces = export_site(connection, server.keys, site)
        write_stream(target, pieces)


@command.command("erase", short_help="Erase all records of one visitor.")
@click.argument("site")
@click.argument("record_id", metavar="ID")
@click.option("--yes", "-y", "is_agreed", is_flag=True, help="Do not ask.")
@_server
def erase_command(site: str, record_id: str, is_agreed: bool, config: Path | None, **flags: object) -> None:
    """Erase the record ID of SITE and all others of the same visitor, for ever.

    Their content and salts are deleted; the hashes stay, so that every other proof holds, and a tombstone
    says that they were erased. Backups that you keep still have them.

    Exit status: 0 erased, 2 there was no such record, or it could not be erased.
    """
    from consentinel.server.ledger.erasure import COMMAND_LINE, erase, finish_erasures  # noqa: PLC0415 - as above

    key = _record_id(record_id)
    with _opened(config, flags) as server:
        if not is_agreed:
            click.confirm(f"Erase all records of the visitor of {record_id} at {site}?", abort=True, err=True)
        _refuse_after_a_loss(server, "erased")
        finish_erasures(server.database, server.ledger)  # of which one may be of this very visitor
        number = erase(server.database, server.ledger, site, key, COMMAND_LINE)
        if not number:
            raise LedgerError(f"{site} has no record {record_id}, or it was erased before")
        server.ledger.freeing.again()
    click.echo(f"erased: {plural(number, 'record')}")


@command.command("prune", short_help="Erase what is older than it has to be kept.")
@click.option("--dry-run", is_flag=True, help="Say how many, and erase nothing.")
@click.option(
    "--yes", "-y", "is_agreed", is_flag=True, help="The clock is right, however old the newest record is."
)
@server_options(*_PLACES, "proof_days")
def prune_command(dry_run: bool, is_agreed: bool, config: Path | None, **flags: object) -> None:
    """Erase each record whose answer has run out longer ago than it is kept for proof.

    `consentinel serve` does the same once an hour. A visitor's records go together, the last of them decides.
    Where the clock is more than 400 days ahead of the newest record it may be wrong: then --yes is needed.

    Exit status: 0 done, 2 it could not be done.
    """
    from consentinel.server.clock import now_ms  # noqa: PLC0415 - as above
    from consentinel.server.ledger.age import trust  # noqa: PLC0415 - as above
    from consentinel.server.ledger.erasure import COMMAND_LINE, count_prunable, prune_all  # noqa: PLC0415 - as above

    with _opened(config, flags) as server:
        days = server.settings.proof_days
        if dry_run:
            with server.database.read() as connection:
                number = count_prunable(connection, now_ms(), days)
                click.echo(f"would erase: {plural(number, 'record')}")
            return
        _refuse_after_a_loss(server, "erased")
        if is_agreed:
            with server.database.write() as connection:
                trust(connection)
        else:
            _refuse_far_ahead(server, now_ms(), days)
        number = prune_all(server.database, server.ledger, now_ms(), days, COMMAND_LINE)
        server.ledger.freeing.now()
    click.echo(f"erased: {plural(number, 'record')}")


@command.command("checkpoint", short_help="Sign what the ledger is now, for others to keep.")
@path_option("-o", "--output", "target", metavar="FILE", help="File to write.  [default: standard output]")
@_server
def checkpoint_command(target: Path | None, config: Path | None, **flags: object) -> None:
    """Write the newest checkpoint of each shard: signed notes (C2SP), one after the other.

    Commit the file beside your scan reports: with it, `consentinel ledger verify EXPORT --checkpoint FILE`
    shows whether history was rewritten since. The public key is told on standard error.

    Exit status: 0 written, 2 it could not be written.
    """
    from consentinel.server.clock import now_ms  # noqa: PLC0415 - as above
    from consentinel.server.commands.streaming import write_stream  # noqa: PLC0415 - as above
    from consentinel.server.ledger.checkpoint import checkpoint_all, signed_note  # noqa: PLC0415 - as above
    from consentinel.server.ledger.shards import all_heads  # noqa: PLC0415 - as above

    with _opened(config, flags) as server:
        _refuse_after_a_loss(server, "signed")
        checkpoint_all(server.database, server.keys, now_ms, server.anchor)
        with server.database.read() as connection:
            heads = [head for head in all_heads(connection) if head.size]
        write_stream(target, (signed_note(head, server.keys).encode() for head in heads))
        click.echo(f"public key: {server.keys.public_bytes.hex()}", err=True)


_ACCEPT = (
    "Grants from before will count no more: at the sites named above, at all where the anchor is missing.\n"
    "Is there no newer backup, and no copy of the anchor? Go on as it is?"
)


@command.command("accept-restore", short_help="Go on with a database that has lost records.")
@click.option("--yes", "-y", "is_agreed", is_flag=True, help="Do not ask.")
@_server
def accept_restore_command(is_agreed: bool, config: Path | None, **flags: object) -> None:
    """Show what the database lacks, as its anchor remembers it, and go on without; or without the old anchor.

    Until then the server answers no question about consent. Look for a newer backup first, or for the anchor
    that is missing: what was lost may be withdrawals. So older grants of the sites concerned (without an
    anchor, of all sites) count no more in what the server tells from its database, each site's ledger says
    what was lost, and goes on in new shards. Who was erased since the backup is erased again.

    Exit status: 0 accepted, or nothing was lost, 2 it could not be done.
    """
    from consentinel.server.ledger.restore import accept_losses, known_losses  # noqa: PLC0415 - as above

    with _opened(config, flags) as server:
        for line in (losses := known_losses(server.database, server.anchor)):
            click.echo(line)
        if not losses:
            click.echo("nothing is lost")
            return
        if not is_agreed:
            click.confirm(_ACCEPT, abort=True, err=True)
        accept_losses(server.database, server.ledger, server.anchor, by=getpass.getuser())
    click.echo("accepted: a server that runs goes on within a minute")


def _refuse_after_a_loss(server: "Opened", done: str) -> None:
    """Raise LedgerError where the ledger has lost something: no position may be used twice."""
    from consentinel.server.ledger.restore import known_losses, refusal  # noqa: PLC0415 - as above

    if losses := known_losses(server.database, server.anchor):
        raise LedgerError(refusal(done, losses))


def _refuse_far_ahead(server: "Opened", now_ms: int, proof_days: int) -> None:
    """Raise LedgerError where something would be erased by a clock that may be wrong."""
    from consentinel.server.clock import DAY_MS  # noqa: PLC0415 - as above
    from consentinel.server.ledger.age import MOST_AHEAD_MS, ahead_ms  # noqa: PLC0415 - as above
    from consentinel.server.ledger.erasure import count_prunable  # noqa: PLC0415 - as above

    with server.database.read() as connection:
        ahead = ahead_ms(connection, now_ms)
        if ahead > MOST_AHEAD_MS and count_prunable(connection, now_ms, proof_days):
            raise LedgerError(
                f"nothing is erased: the clock is {ahead // DAY_MS} days ahead of the newest entry of the "
                "ledger: if it is right, say so with --yes"
            )


def _record_id(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 16:
        raise ServerError(f"{text!r} is no record's id: 32 hex digits were expected")
    return key
