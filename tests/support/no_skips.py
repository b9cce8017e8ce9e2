"""Pytest plugin (`-p tests.support.no_skips`): a run with a skipped or expected-to-fail test has failed."""

import pytest

QUIET_OUTCOMES = ("skipped", "xfailed", "xpassed")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session when a test did not really run; workers of xdist leave it to their controller."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    quiet = [outcome for outcome in QUIET_OUTCOMES if reporter.stats.get(outcome)]
    if quiet and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"failed: there are tests with the outcome {', '.join(quiet)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
