"""A scan of a site whose consent server is at another host: what it serves and is told is known as ours."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Report, load
from tests.support.server_process import ServerProcess, run_command
from tests.support.sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONFIG = """\
site: http://localhost:{port}/
banner:
  controller: Northwind Coffee GmbH, Hafenstrasse 12, Hamburg
  mode: {mode}
  locales: [en, de]
server:
  public_url: {server}
"""
HEAD = '<script src="{server}/b/localhost.js"></script>'
QUICK = ("--allow-private", "--watch", "1", "--quiet", "--states", "no-choice,reject,accept,withdrawn")


@dataclass(frozen=True)
class Shop:
    """A shop on localhost, and its server, which for a browser is another site."""

    folder: Path
    url: str
    server: ServerProcess
    database: str

    def runs(self, *arguments: str) -> str:
        """Run `consentinel` in the shop's folder; return what it says."""
        done = run_command(self.folder, self.database, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def scanned(self) -> Report:
        self.runs("scan", self.url, *QUICK, "--fail-on", "needs-consent", "-o", "report.json")
        return load(self.folder / "report.json")


@pytest.fixture(params=["standard", "observe"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Iterator[Shop]:
    site = Site("http://localhost/")
    with LoopbackServer(site) as pages, ServerProcess(tmp_path, database=sqlite_url) as server:
        site.page("/", "<h1>Coffee</h1>", head=HEAD.format(server=server.url))
        text = CONFIG.format(port=pages.port, server=server.url, mode=request.param)
        (tmp_path / "consentinel.yaml").write_text(text)
        shop = Shop(tmp_path, f"http://localhost:{pages.port}/", server, sqlite_url)
        shop.runs("publish", "--yes", "--no-screenshots")
        yield shop


def test_our_own_server_is_neither_unclassified_nor_set_without_consent(shop: Shop) -> None:
    report = shop.scanned()
    ours = [finding for finding in report.findings if finding.host == "127.0.0.1"]
    names = {finding.name for finding in ours}
    assert {"127.0.0.1/b/localhost.js", "127.0.0.1/v1/consents"} <= names, names
    told = {finding.vendor for finding in ours if finding.kind != "cookie"}
    assert told == {"consentinel (consent server)"}
    assert {finding.category for finding in report.findings} == {"strictly-necessary"}
    assert report.gaps == ()

    shop.runs("ledger", "export", "localhost", "-o", "records.csv")
    with (shop.folder / "records.csv").open(newline="") as file:
        methods = {row["method"] for row in csv.DictReader(file)}
    assert methods == {"scan"}, "rates leave these out"

    shop.runs("verify", shop.url, *QUICK[:-2])

    shop.runs("declare", "report.json", "-o", "declaration.json")
    declared = json.loads((shop.folder / "declaration.json").read_text())
    [necessary] = declared["categories"]
    assert [service["vendor"] for service in necessary["services"]] == ["consentinel (consent server)"]
