"""Fixtures for what happens to held tags."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.banner.release.stand import Stand
from tests.conftest import Serve
from tests.support.sites import Site


@pytest.fixture
def stand(page: Page, serve: Serve) -> Iterator[Stand]:
    """A page of 127.0.0.1; a test in which a script has failed fails, unless it clears `page_errors`."""
    site = Site("http://127.0.0.1/")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Stand(site, serve(site).port, page)
    assert not errors
