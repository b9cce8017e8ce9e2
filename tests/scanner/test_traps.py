import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.traps import is_endless, is_trap_pattern, path_pattern
from consentinel.scanner.urls import normalise_url

unhurried = settings(deadline=None)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("/about", "/about"),
        ("/page-12/3", "/page-#/#"),
        ("/blog/a-title-of-many-words", "/blog/{title}"),
        ("/terms-of-service", "/terms-of-service"),
        ("/p/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/p/{id}"),
        ("/p/deadbeef01", "/p/{id}"),
        ("/p/facade", "/p/facade"),
        ("/s?b=2&a=1&a=3", "/s?a&b"),
        ("/s?item7=1&x=2", "/s?item#&x"),
        ("/index.php?page=about", "/index.php?page=about"),
        ("/index.php?page=12", "/index.php?page"),
        ("/#/item/12", "/#/item/#"),
    ],
)
def test_patterns(path: str, pattern: str) -> None:
    assert path_pattern(f"https://h{path}") == pattern


@pytest.mark.parametrize("path", ["/a/b/a/b/a", "/x" + "/y/z" * 4, "/" + "/".join(map(str, range(30)))])
def test_endless_paths(path: str) -> None:
    assert is_endless(f"https://h{path}")


@pytest.mark.parametrize("path", ["/", "/a/b/a/b", "/2024/05/05/title", "/a//b//c"])
def test_ordinary_paths_end(path: str) -> None:
    assert not is_endless(f"https://h{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/?page=7",
        "/2024/05",
        "/2024/5/12/",
        "/events/2031-04-01",
        "/calendar/x",
        "/archive/2024",
        "/my-calendar/x",
    ],
)
def test_traps(path: str) -> None:
    assert is_trap_pattern(f"https://h{path}")


@pytest.mark.parametrize("path", ["/blog/12", "/2024/05/a-title", "/shop/item-7", "/sunday", "/page/1234"])
def test_more_of_these_may_be_visited_later(path: str) -> None:
    assert not is_trap_pattern(f"https://h{path}")


@unhurried
@given(st.text())
def test_any_url_has_a_pattern(text: str) -> None:
    url = normalise_url(f"https://h/{text}")
    if url is not None:
        assert path_pattern(url).startswith("/")
        assert is_endless(url) in (True, False)
        assert is_trap_pattern(url) in (True, False)
