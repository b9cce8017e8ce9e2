"""The tour: scan, table, reports, and a shop that stays up."""

import json
import os
import re
import signal
from pathlib import Path

import httpx2
import pytest

from consentinel.scanner import report as reports
from consentinel.scanner.demo.site import DEMO_URL
from tests.support.cli import run_cli, start_cli

pytestmark = pytest.mark.browser


def test_once(tmp_path: Path) -> None:
    out = tmp_path / "new" / "tour"
    result = run_cli("demo", "--once", "--out", out, "--watch", "4")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{DEMO_URL}\n")
    verdict, *wrote = result.stderr.splitlines()[-3:]
    assert verdict in result.stdout
    assert "are set before any choice" in verdict
    assert wrote == [f"wrote {(out / name).as_uri()}" for name in ("report.json", "report.html")]
    report = reports.load(out / "report.json")
    assert [(visit.state, visit.reached) for visit in report.states] == [
        ("no-choice", True),
        ("reject", True),
        ("accept", True),
    ]
    states = {finding.name: set(finding.states) for finding in report.findings}
    assert states["_ga"] == {"no-choice", "reject", "accept"}
    assert states["_fbp"] == {"accept"}
    assert states["yt-remote-*"] == {"accept"}
    assert {finding.category for finding in report.findings} == {
        "strictly-necessary",
        "functional",
        "performance",
        "targeting",
        None,
    }
    assert report.gaps == ()
    assert (out / "report.html").read_text().count("data:image/jpeg;base64,") == 3


def test_the_shop_stays_up_until_ctrl_c(tmp_path: Path) -> None:
    process = start_cli("demo", "--watch", "0", "--quiet", directory=tmp_path)
    assert process.stderr is not None
    said = process.stderr.readline()
    found = re.fullmatch(r"the shop stays up at (http://127\.0\.0\.1:\d+/) until Ctrl-C\n", said)
    assert found is not None, said + process.stderr.read()
    answer = httpx2.get(found[1], trust_env=False)
    assert answer.headers["location"].startswith("http://www.northwind-demo.example.localhost:")
    os.killpg(process.pid, signal.SIGINT)
    printed, rest = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert "need consent but are set" in printed
    assert json.loads((tmp_path / "consentinel-demo" / "report.json").read_bytes())["site"] == DEMO_URL
