from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import Site, all_sites, load_site, save_site


def test_a_site_that_nobody_made(database: Database) -> None:
    with database.read() as connection:
        assert load_site(connection, "shop.example") is None
        assert all_sites(connection) == []


def test_a_site_is_made_once_and_then_changed(database: Database) -> None:
    with database.write() as connection:
        save_site(connection, "shop.example", "site: https://shop.example/\n", "file", 1_000)
        save_site(connection, "shop.example", "site: https://shop.example/ä\n", "dashboard", 2_000)
    with database.read() as connection:
        assert load_site(connection, "shop.example") == Site(
            key="shop.example",
            settings="site: https://shop.example/ä\n",
            source="dashboard",
            created_ms=1_000,
            updated_ms=2_000,
        )


def test_sites_come_by_key_and_keep_apart(database: Database) -> None:
    with database.write() as connection:
        for key in ("b.example", "a.example"):
            save_site(connection, key, f"site: https://{key}/\n", "file", 0)
        save_site(connection, "a.example", "changed", "file", 1)
    with database.read() as connection:
        assert [(site.key, site.settings) for site in all_sites(connection)] == [
            ("a.example", "changed"),
            ("b.example", "site: https://b.example/\n"),
        ]
