"""T22: what concerns no site is recorded under a name that no site can have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from consentinel.banner.errors import BannerError
from consentinel.banner.settings_file import parse_settings
from consentinel.server.admin.audit import NO_SITE
from consentinel.server.ledger.shards import all_shards
from tests.server.admin.logging_in import logged_in
from tests.server.applications import services_of


def test_t22_a_site_named_admin_has_trees_of_its_own(client: TestClient) -> None:
    csrf = logged_in(client)
    assert client.post("/admin/sites", data={"csrf": csrf, "address": "http://admin/"}).status_code == 303
    with services_of(client).database.read() as connection:
        sites = [shard.site for shard in all_shards(connection)]
    assert sorted(sites) == [NO_SITE, "admin"]
    log = client.get("/admin/audit").text
    assert ">admin</td>" in log
    assert NO_SITE not in log.replace(f'value="{NO_SITE}"', "")
    assert "administrator made" in client.get("/admin/audit", params={"site": NO_SITE}).text


@pytest.mark.parametrize("address", [f"http://{NO_SITE}/", f"http://x{NO_SITE}/", f"http://[{NO_SITE}]/"])
def test_t22_no_site_is_called_like_that(address: str) -> None:
    with pytest.raises(BannerError):
        parse_settings(f"site: '{address}'\n".encode(), "settings")


@given(st.text("@admin.:[]%\\/?#\u0040\uff20", max_size=12))
def test_t22_no_host_is_called_like_that(host: str) -> None:
    try:
        found = parse_settings(f"site: 'http://{host}/'\n".encode(), "settings").host
    except BannerError:
        return
    assert found != NO_SITE
