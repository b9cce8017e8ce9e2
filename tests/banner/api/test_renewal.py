"""A page that is loaded anew under a looser policy: its frames are loaded as well, in every engine."""

from pathlib import Path

import pytest

from tests.banner.hosting.shop import VECTORS
from tests.banner.hosting.test_engines import answer, requested, shop, wait_until
from tests.conftest import Serve
from tests.support.engines.installed import installed

pytestmark = [pytest.mark.engines, pytest.mark.slow]


@pytest.mark.parametrize("place", ["", "?query=1", "#place"])
@pytest.mark.parametrize("engine", ["firefox", "webkit"])
def test_frames_are_not_brought_back_blank(engine: str, place: str, serve: Serve, tmp_path: Path) -> None:
    with (
        shop("nginx", tmp_path, serve) as (origin, site),
        installed(engine) as browser,
        browser.session() as session,
    ):
        session.goto(f"{origin}/{place}")
        answer(session, "accept")
        # the server tells when all is there: a page that leaves answers nothing
        wait_until(lambda: requested(site) == VECTORS)
        wait_until(lambda: session.run("return location.href") == f"{origin}/{place}")
