"""A page with our script first in its head, beside a tracker that the rules know."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.banner.block.guarded import Guarded
from tests.conftest import Serve
from tests.support.sites import Site


@pytest.fixture
def guarded(page: Page, serve: Serve) -> Iterator[Guarded]:
    """The page, not opened yet; a script of it that fails makes the test fail."""
    site = Site("http://127.0.0.1/")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Guarded(site, page, serve(site).port)
    assert not errors
