"""Which settings file a verification goes by: one that is about another site must not decide unasked."""

from collections.abc import Collection, Sequence
from pathlib import Path

from consentinel.banner.settings_file import has_banner_section, read_settings
from consentinel.banner.verify.evidence import Operator
from consentinel.scanner.config_file import DEFAULT_FILE
from consentinel.scanner.site_rules_file import is_about, rules_about, rules_in


def operator_for(
    urls: Sequence[str], config: Path | None, *, first_party: Collection[str] = ()
) -> tuple[Operator, tuple[str, ...]]:
    """Return what the settings file says of the site at these addresses, and what to warn of.

    config: the file that was named. Without one, that of the working directory counts if it is about this
    site. first_party: other domains of the site. Raises BannerError, and InputError for what is no address.
    """
    if config is None and not has_banner_section(DEFAULT_FILE):
        return Operator(rules=rules_about(urls, first_party=first_party)), ()
    file = config or DEFAULT_FILE
    settings = read_settings(file)
    operator = Operator.of(settings, rules_in(file))
    if all(is_about(settings.site, url, first_party) for url in urls):
        return operator, ()
    doubt = f"{file} is about {settings.site}, not {' '.join(urls)}"
    if config is None:
        left_out = "so its `banner:` does not count: name it with --config where it should"
        return Operator(), (f"{doubt}, {left_out}",)
    return operator, (f"{doubt}: is it the right one?",)
