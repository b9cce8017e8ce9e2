"""`--fail-on`: when a finished scan is a failure."""

from collections.abc import Sequence

from consentinel.scanner.report import Report
from consentinel.scanner.verdict import early_states


def broken_rules(report: Report, rules: Sequence[str]) -> list[str]:
    """Return one sentence for each rule (of setting_values.FAIL_ON) that the report breaks."""
    return [sentence for rule in rules if (sentence := _broken(report, rule))]


def _broken(report: Report, rule: str) -> str:
    if rule == "gaps":
        return f"{len(report.gaps)} gaps" if report.gaps else ""
    early = [finding for finding in report.findings if early_states(finding)]
    if rule != "needs-consent":
        early = [finding for finding in early if (finding.category or "unclassified") == rule]
    what = "findings" if rule == "needs-consent" else f"{rule} findings"
    return f"{len(early)} {what} without the consent they need" if early else ""
