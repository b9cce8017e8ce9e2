"""What a banner cannot promise, as warnings for whoever builds it."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from consentinel.banner.compile import Banner
from consentinel.banner.csp import narrowed
from consentinel.banner.rule_text import NECESSARY, UNCLASSIFIED
from consentinel.banner.rules import unsure_names
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Report

_SHOWN = 5


def doubts(banner: Banner) -> Iterator[str]:
    """Yield one line for each thing that is not known or not held back, with what to do."""
    if banner.report is None:
        yield from _without_report(banner)
    else:
        yield from _of_report(banner, banner.report)
    yield from _of_settings(banner)
    gated = [rule for rule in banner.rules if rule.code != NECESSARY]
    if not gated:
        yield "no rules: nothing will be held back; give a report with --from, or write `rules`"
    if banner.settings.mode == "strict":
        yield from _of_policy(banner)


def _without_report(banner: Banner) -> Iterator[str]:
    if banner.settings.mode == "strict":
        yield (
            "strict without a report: before consent the policies allow the site's own hosts and what the "
            "rules call strictly-necessary, no other third party; give a report with --from"
        )


def _of_settings(banner: Banner) -> Iterator[str]:
    own = {banner.settings.host, *banner.maker.own_domains}
    for rule in banner.settings.rules:
        if rule.host in own and not rule.path:
            yield f"the rule for {rule.host} does nothing, it is the site itself: write a path or a subdomain"
    grants = any(obligation != "opt_in" for row in banner.regimes for obligation in row["purposes"])
    if grants and banner.settings.theme.get("widget") == "none":
        yield (
            "theme: with `widget: none`, visitors who may opt out see no way to do it: put an element "
            'with data-consentinel-action="settings" into each page, or leave `widget` away'
        )
    known = {rule.vendor for rule in banner.rules}
    for name in banner.settings.exempt:
        if banner.maker.slug_named(name) not in known:
            yield f"exempt: no rule is about {name}: write a service's name as in `rules` or in the report"


def _of_report(banner: Banner, report: Report) -> Iterator[str]:
    scanned = registrable_domain(urlsplit(report.site).hostname or "")
    if scanned not in banner.maker.own_domains or scanned != registrable_domain(banner.settings.host):
        yield f"the report is about {report.site}, not {banner.settings.site}: is it the right one?"
    yield from _of_states(report)
    gaps = [gap for gap in report.gaps if gap.kind != "state-not-reached"]
    if gaps:
        yield f"the report has gaps ({len(gaps)}): what the scan could not observe is in no rule"
    unknown = sorted({rule.pattern for rule in banner.rules if rule.code == UNCLASSIFIED})
    if unknown:
        yield f"unclassified, so held back until all is accepted: {_some(unknown)}; add `rules` for them"
    unsure = unsure_names(banner.maker.placed)
    if unsure:
        yield f"unclassified items of the site itself, not held back: {_some(unsure)}; add `rules` for them"


def _of_states(report: Report) -> Iterator[str]:
    """Yield what no state shows. A site without a banner has no other way to them than ours."""
    missed = [visit for visit in report.states if not visit.reached]
    if missed:
        states = ", ".join(visit.state for visit in missed)
        reasons = "; ".join(dict.fromkeys(visit.detail for visit in missed))
        yield (
            f"not reached: {states} ({reasons}), so what only runs there has no rule: put this banner on the "
            "site, scan again and build again"
        )
    if not any(visit.state == "accept" for visit in report.states):
        yield "the report does not know what runs after consent: scan with --states no-choice,reject,accept"


def _of_policy(banner: Banner) -> Iterator[str]:
    own = [
        rule.pattern
        for rule in banner.rules
        if rule.code and _is_served_by_site(banner, rule.host, rule.path)
    ]
    if own:
        yield f"no policy can hold back what own hosts serve ({_some(sorted(own))}): gate it in the HTML"
    shared = narrowed(banner.sources)
    if shared:
        yield f"a path there is gated, so policies list seen addresses only: {_some(shared)}; scan all pages"


def _is_served_by_site(banner: Banner, host: str, path: str) -> bool:
    return banner.maker.is_own(host) if host else bool(path)


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more
