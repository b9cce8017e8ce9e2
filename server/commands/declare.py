"""`consentinel declare REPORT`: the cookie declaration of a report, to paste into a site."""

from collections.abc import Iterator
from pathlib import Path

import click

from consentinel.banner.declaration import Declaration, declare
from consentinel.banner.settings_file import has_banner_section, read_settings
from consentinel.banner.texts import LOCALES
from consentinel.scanner import report
from consentinel.scanner.catalogue.loading import has_catalogue_section, load_catalogue
from consentinel.scanner.commands.output_format import format_by_suffix
from consentinel.scanner.commands.path_option import config_option, path_option
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.config_file import DEFAULT_FILE, read_site
from consentinel.scanner.outputs import print_result, write_whole
from consentinel.scanner.report import Report
from consentinel.scanner.site_rules import NO_RULES
from consentinel.scanner.site_rules_file import is_about, rules_in
from consentinel.scanner.verdict import reached_states
from consentinel.server.declarations import longest_choice
from consentinel.server.declaring import RENDERERS, DeclarationFormat

_SUFFIXES: dict[str, DeclarationFormat] = {".html": "html", ".md": "md", ".json": "json"}


@click.command("declare")
@click.argument("file", metavar="REPORT", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "shape",
    type=click.Choice(tuple(RENDERERS)),
    help="Format; default by suffix of the output, else html.",
)
@click.option(
    "--locale", type=click.Choice(LOCALES), help="Language; default the first of the settings, else en."
)
@config_option(
    "Settings file: its `catalogue:` names what the report does not, its banner adds its own cookie."
)
@path_option("-o", "--output", "output", metavar="FILE", help="Write to FILE, not to standard output.")
def command(
    file: Path, shape: DeclarationFormat | None, locale: str | None, config: Path, output: Path | None
) -> None:
    """Write what a site stores and whom it contacts, by category, from a scan's REPORT (JSON).

    The HTML is a fragment without script and style, to put into a page of the site.

    Settings of another site count only where --config names them.

    Exit status: 0 written, 2 it could not be.
    """
    found = report.load(file)
    warn(_left_out(found))
    made = _declared(found, config, locale)
    if output is None:
        print_result(RENDERERS[shape or "html"](made).encode())
        return
    chosen: DeclarationFormat = shape if shape else format_by_suffix(output, _SUFFIXES)
    write_whole(output, RENDERERS[chosen](made).encode())


def _declared(found: Report, config: Path, locale: str | None) -> Declaration:
    """Return the declaration of a report by the settings that count for it. Raises InputError."""
    counts = _counts(config, found.site)
    settings = read_settings(config) if counts and _has_banner(config) else None
    rules = rules_in(config) if settings else NO_RULES
    return declare(
        rules.applied_to(found),
        load_catalogue([config] if counts and has_catalogue_section(config) else []),
        locale=locale or (settings.locales[0] if settings else "en"),
        choice_days=longest_choice(settings) if settings else 0,
    )


def _left_out(found: Report) -> Iterator[str]:
    """Yield what a report cannot declare, since its scan did not see it."""
    if "accept" not in reached_states(found):
        details = {visit.state: visit.detail for visit in found.states}
        why = details.get("accept", "it was not asked for")
        yield f"the report never reached the state accept ({why}), so what comes with consent is not declared"
    gaps = [gap for gap in found.gaps if gap.kind != "state-not-reached"]
    if gaps:
        yield f"the report has gaps ({len(gaps)}): what the scan could not observe is not declared"


def _counts(config: Path, site: str) -> bool:
    """Say whether a settings file is about the site, or was named for it; warn where it is not about it."""
    own = _site_of(config)
    if own is None or is_about(own, site):
        return True
    is_named = config != DEFAULT_FILE
    left_out = "so it does not count: name it with --config where it should"
    warn(
        [f"{config} is about {own}, not {site}" + (": is it the right one?" if is_named else f", {left_out}")]
    )
    return is_named


def _site_of(config: Path) -> str | None:
    """Return the site that a file is about; a file without sections has the banner's keys beside it."""
    if _has_banner(config) and not has_banner_section(config):
        return read_settings(config).site
    return read_site(config)


def _has_banner(config: Path) -> bool:
    """Say whether a file has settings of a banner; one that was named may hold them without a section."""
    return config != DEFAULT_FILE or has_banner_section(config)
