"""The root of the command line. Each command's module is imported when the command is asked for."""

import importlib
import sys
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import metadata
from typing import NoReturn

import click

from consentinel.scanner.errors import ConsentinelError

__all__ = ["COMMANDS", "LazyCommand", "main"]

NAME = "consentinel"
EXIT_FAILED = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, what a shell reports


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is (`module:attribute`) and its line in the root's help, known without importing it."""

    target: str
    summary: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


COMMANDS = {
    "banner": LazyCommand(
        "consentinel.banner.commands.banner:command", "Build the consent banner of a site."
    ),
    "catalogue": LazyCommand(
        "consentinel.scanner.commands.catalogue:command", "Check, explain and update what is known."
    ),
    "classify": LazyCommand(
        "consentinel.scanner.commands.classify:command", "Say what cookies, storage items and requests are."
    ),
    "db": LazyCommand("consentinel.server.commands.db:command", "Bring the server's database up to date."),
    "declare": LazyCommand(
        "consentinel.server.commands.declare:command", "Write the cookie declaration of a report."
    ),
    "demo": LazyCommand("consentinel.scanner.commands.demo:command", "Scan a bundled site: a tour."),
    "diff": LazyCommand(
        "consentinel.scanner.commands.diff:command", "Show what changed between two reports."
    ),
    "install": LazyCommand("consentinel.scanner.commands.install:command", "Fetch a browser and prove it."),
    "ledger": LazyCommand(
        "consentinel.server.commands.ledger:command", "Prove, export, erase and prune consent records."
    ),
    "publish": LazyCommand(
        "consentinel.server.commands.publish:command", "Publish a new version of a site's banner."
    ),
    "scan": LazyCommand("consentinel.scanner.commands.scan:command", "Scan a site and report what it sets."),
    "serve": LazyCommand(
        "consentinel.server.commands.serve:command", "Serve banners, keep consent records, show scans."
    ),
    "verify": LazyCommand(
        "consentinel.banner.commands.verify:command", "Prove that a site's banner lets nothing leak."
    ),
}


class RootGroup(click.Group):
    """The group of all commands: loads lazily, and turns known errors into one line and exit status 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        """Import and return a command; None if there is no such name."""
        return COMMANDS[cmd_name].load() if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the chosen command; raises click.UsageError that names the one that may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            for meant in get_close_matches(args[0], COMMANDS, n=1):
                raise click.UsageError(f"{error.message} Did you mean {meant}?", ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write names and summaries without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].summary) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except ConsentinelError as error:
            _fail(f"error: {error}", EXIT_FAILED)
        except OSError as error:
            if error.filename is None:
                raise
            problem = f"{error.filename}: {error.strerror}: name another file, or allow this one"
            _fail(f"error: {problem}", EXIT_FAILED)
        except click.Abort:
            _fail("not confirmed: nothing was done; where nobody can answer, say --yes", EXIT_FAILED)
        except KeyboardInterrupt:
            _fail("interrupted", EXIT_INTERRUPTED)


@click.group(NAME, cls=RootGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(metadata.version(NAME), prog_name=NAME)
def main() -> None:
    """Scan a website for cookies, pixels and CAPTCHA trackers, build its banner, and prove that it holds.

    Exit status: 0 done, 1 something was found that a build should stop at (`diff`, `scan --fail-on`,
    `verify`, `catalogue check`, a line that `classify` could not read), 2 it could not be done.
    """


def _fail(message: str, status: int) -> NoReturn:
    """Say `message` on one line: names of sites and files in it may hold anything."""
    from consentinel.scanner.rendering.escaping import visible  # noqa: PLC0415 - all renderers come with it

    click.echo(f"{NAME}: {visible(message)}", err=True)
    sys.exit(status)
