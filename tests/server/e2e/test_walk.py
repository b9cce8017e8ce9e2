"""The first ten minutes: banner, choice, receipt, state, token, proof, withdrawal, erasure, dashboard."""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

from bench.server.choices import choice
from tests.banner.hosting.servers import free_port
from tests.server.e2e.pages import Administrator, Shopper
from tests.server.e2e.tags import claims_of, node_says, python_says
from tests.server.e2e.walk import Walk
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATS = "https://stats.example/stats.js"


@pytest.fixture
def walk(tmp_path: Path, database_url: str) -> Iterator[Walk]:
    """The reader behind the first two sections, with the page served as the fourth one says."""
    folder = tmp_path / "shop"
    (folder / "pages").mkdir(parents=True)
    walk = Walk(folder, database_url, site_port=free_port())
    walk.save("1. A page", "yaml", "consentinel.yaml")
    with walk.serving("4. Choose"):
        yield walk


def start(walk: Walk, server: ServerProcess) -> None:
    walk.server_port = server.port
    walk.save("1. A page", "html", "pages/index.html")
    walk.run("3. Publish the banner")


def opened(page: Page, walk: Walk) -> tuple[Shopper, list[str]]:
    """Return a visitor of the page, and what was asked of the statistics service."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="window.counted = true", content_type="text/javascript")

    page.context.route("https://stats.example/**", answer)
    shopper = Shopper(page)
    shopper.opens(f"http://localhost:{walk.site_port}/")
    return shopper, asked


def test_from_one_script_tag_to_a_verified_proof(page: Page, walk: Walk) -> None:
    with ServerProcess(walk.folder, database=walk.database) as server:
        start(walk, server)
        shopper, asked = opened(page, walk)

        # the choice, and a tag in the page
        assert (shopper.has("performance"), asked) == (False, [])
        shopper.chooses("accept")
        assert shopper.has("performance")
        page.wait_for_function("window.counted")
        assert asked == [STATS]

        # the receipt, which the second layer shows, opens the record
        proof = shopper.proof()
        walk.variables = {"ID": proof.id, "RECEIPT": proof.receipt}
        record = json.loads(walk.run("5. Read the record"))
        assert proof.id in json.dumps(record)
        assert "127.0.0.1" not in json.dumps(record).replace(server.url, "")

        # a tag on a server reads the token without asking anybody
        state = json.loads(walk.run("6. A tag on a server"))
        assert (state["decided"], state["choices"]["performance"]) == (True, True)
        assert claims_of(walk.folder)["choices"]["performance"] is True
        assert python_says(walk, "performance") is node_says(walk, "performance") is True

        # a stranger verifies the proof
        assert walk.run("7. Verify the proof").startswith("valid\n")

        # withdrawal closes the page, the state and the token; the ledger has it
        del asked[:]
        shopper.withdraws()
        page.goto(f"http://localhost:{walk.site_port}/")
        assert (shopper.has("performance"), asked) == (False, [])
        shown = walk.block("8. Withdraw", "json").partition(", …")[0]
        assert walk.run("8. Withdraw").startswith(shown)
        assert python_says(walk, "performance") is node_says(walk, "performance") is False

        # erasure takes the words and leaves the tree
        told = walk.run("9. Erase")
        # the banner's version, the grant, the withdrawal, the tombstone
        assert "valid\nlocalhost: 4 entries in 1 shard, 2 erased (request)\n" in told
        exported = (walk.folder / "export.ndjson").read_text()
        assert '"type":"withdrawn"' not in exported
        assert '"reason":"request"' in exported

        others_choose(walk)
        look_at_the_dashboard(page, server)
        assert server.stop() == 0
    assert "Traceback" not in "".join(server.log)


def others_choose(walk: Walk) -> None:
    """Four more visitors answer, as of fewer than five no rate is shown: two accept and two refuse."""
    for kind, granted in (("given", True), ("given", True), ("refused", False), ("refused", False)):
        choices = dict.fromkeys(("functional", "performance", "targeting"), granted)
        body = choice(str(uuid.uuid4()), site="localhost", type=kind, choices=choices)
        url = f"http://127.0.0.1:{walk.server_port}/v1/consents"
        assert httpx2.post(url, json=body, trust_env=False).status_code == 201


def look_at_the_dashboard(page: Page, server: ServerProcess) -> None:
    """From the link of the first start to the rates, which show the opt-in, and the ledger."""
    (link,) = re.findall(r"http://\S+/admin/setup\S*", "".join(server.log))
    admin = Administrator(page, server.url).sets_up(link, "ada").signs_out().signs_in("ada")
    admin.opens("")
    expect(admin.main).to_contain_text("localhost")
    admin.opens("sites/localhost/rates")
    assert (admin.tile("Answers"), admin.tile("Granted something")) == ("5", "60.0 %")
    assert admin.tile("Withdrawn later") == "1"
    admin.opens("ledger")
    assert admin.tile("Erased on request") == "2"
    expect(admin.main).to_contain_text("The database holds everything that was anchored.")
    # what an administrator does is in the ledger, too
    admin.opens("audit")
    expect(admin.main).to_contain_text("ada")


def test_after_a_refusal_nothing_is_kept_of_the_visitor(page: Page, walk: Walk) -> None:
    with ServerProcess(walk.folder, database=walk.database) as server:
        start(walk, server)
        shopper, asked = opened(page, walk)
        shopper.chooses("reject")
        page.reload()
        assert (shopper.has("performance"), asked) == (False, [])
        assert page.evaluate("localStorage.getItem('consentinel.receipt')") is None


def test_the_page_alone_is_served(walk: Walk) -> None:
    """Neither the keys nor the database, and nobody else in the network is answered."""
    with ServerProcess(walk.folder, database=walk.database) as server:
        start(walk, server)
        assert (walk.folder / "data" / "keys.json").is_file()
        below = [file.relative_to(walk.folder) for file in walk.folder.rglob("*") if file.is_file()]
        found = [str(file) for file in below if asked(walk, file.as_posix()) != 404]
        assert (found, asked(walk, "")) == ([], 200)
    assert "--bind 127.0.0.1" in walk.block("4. Choose", "sh")


def asked(walk: Walk, path: str) -> int:
    """Return the status with which the server of the pages answers."""
    return httpx2.get(f"http://127.0.0.1:{walk.site_port}/{path}", trust_env=False).status_code
