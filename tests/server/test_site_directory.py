import pytest
from sqlalchemy.engine import Connection

from consentinel.server.site_directory import SiteDirectory
from consentinel.server.storage.database import Database
from consentinel.server.storage.sites import save_site
from consentinel.server.storage.tables import sites


def save(database: Database, key: str, settings: str) -> None:
    with database.write() as connection:
        save_site(connection, key, settings, "dashboard", 1)


def refresh(directory: SiteDirectory, database: Database) -> bool:
    with database.read() as connection:
        return directory.refresh(connection)


def settings(site: str, more: str = "") -> str:
    return f"site: {site}\nbanner:\n  mode: standard\n{more}"


@pytest.fixture
def directory() -> SiteDirectory:
    return SiteDirectory("https://consent.shop.example")


def test_knows_what_is_in_the_database(database: Database, directory: SiteDirectory) -> None:
    save(database, "shop.example", settings("https://shop.example/", "  cookie_domain: shop.example\n"))
    assert directory.get("shop.example") is None
    assert refresh(directory, database)
    found = directory.get("shop.example")
    assert found is not None
    assert "https://shop.example" in found.origins
    assert found.secure
    assert found.cookie_domain == "shop.example"
    assert (found.purposes, found.versions) == ("", {})
    assert found.days["eu"] > 0
    assert directory.of_origin("https://shop.example") is found
    assert directory.keys == ["shop.example"]


def test_reads_again_only_what_has_changed(database: Database, directory: SiteDirectory) -> None:
    save(database, "a.example", settings("https://a.example/"))
    save(database, "b.example", settings("https://b.example/"))
    refresh(directory, database)
    before = directory.get("a.example"), directory.get("b.example")
    assert not refresh(directory, database)
    save(database, "b.example", settings("https://b.example:8443/"))
    assert refresh(directory, database)
    assert directory.get("a.example") is before[0]
    assert directory.get("b.example") is not before[1]
    assert directory.knows("https://b.example:8443")
    assert not directory.knows("https://b.example")


def test_a_site_that_is_gone_is_gone(database: Database, directory: SiteDirectory) -> None:
    save(database, "a.example", settings("https://a.example/"))
    refresh(directory, database)
    with database.write() as connection:
        _delete_all(connection)
    assert refresh(directory, database)
    assert directory.get("a.example") is None
    assert not directory.knows("https://a.example")


def _delete_all(connection: Connection) -> None:
    connection.execute(sites.delete())


def test_a_site_that_cannot_be_read_takes_no_other_down(database: Database, directory: SiteDirectory) -> None:
    save(database, "a.example", settings("https://a.example/"))
    save(database, "b.example", settings("https://b.example/"))
    refresh(directory, database)
    save(database, "a.example", "site: https://a.example/\nbanner:\n  colour: red\n")
    save(database, "b.example", settings("https://b.example:8443/"))
    save(database, "c.example", "nonsense: [")
    refresh(directory, database)
    assert directory.get("a.example") is not None  # as it was
    assert directory.knows("https://b.example:8443")
    assert directory.get("c.example") is None
    assert sorted(directory.unreadable) == ["a.example", "c.example"]
    assert "settings of a.example:3: " in directory.unreadable["a.example"]
    save(database, "a.example", settings("https://a.example/"))
    save(database, "c.example", settings("https://c.example/"))
    refresh(directory, database)
    assert directory.unreadable == {}


@pytest.mark.parametrize(
    ("origin", "shares"),
    [
        ("https://shop.example", True),
        ("https://www.shop.example", True),
        ("http://shop.example", False),
        ("https://shop.test", False),
        ("https://other.example", False),
    ],
)
def test_t15_cookies_are_shared_within_one_site_alone(
    sqlite_database: Database, directory: SiteDirectory, origin: str, shares: bool
) -> None:
    save(sqlite_database, "x", settings(f"{origin}/"))
    refresh(directory, sqlite_database)
    assert directory.knows(origin)
    assert directory.shares_cookies(origin) is shares


def test_subdomains_belong_to_the_nearest_site(sqlite_database: Database, directory: SiteDirectory) -> None:
    save(
        sqlite_database, "shop.example", settings("https://shop.example/", "  cookie_domain: shop.example\n")
    )
    save(sqlite_database, "blog.shop.example", settings("https://blog.shop.example/"))
    refresh(directory, sqlite_database)
    expected = {
        "https://shop.example": "shop.example",
        "https://www.shop.example": "shop.example",
        "https://a.b.shop.example": "shop.example",
        "https://blog.shop.example": "blog.shop.example",
        "https://x.blog.shop.example": "shop.example",
        "https://evil-shop.example": None,
        "https://example": None,
        "null": None,
        "https://" + "a." * 40_000 + "shop.example": None,
    }
    found = {origin: directory.of_origin(origin) for origin in expected}
    assert {origin: site.key if site else None for origin, site in found.items()} == expected
