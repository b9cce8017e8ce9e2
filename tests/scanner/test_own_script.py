import pytest

from consentinel.scanner.hooks import HookReport
from consentinel.scanner.observations import Writer
from consentinel.scanner.own_script import is_own_script, is_passed_over, without_own_script
from tests.scanner.test_network import listening

PAGE = "https://www.shop.example/cart?id=1"
OURS = "https://www.shop.example/consentinel.js"
STRANGER = "https://evil.example/b/track.js"
TAG = "https://cdn.tracker.example/t.js"


@pytest.mark.parametrize(
    "url",
    [
        OURS,
        "https://cdn.example/b/consentinel.0123456789abcdef.js?v=1",
        f"https://a.example/consentinel.{'a' * 96}.js",
        "https://consent.example/b/shop.js",
    ],
)
def test_the_banner_script_by_its_address(url: str) -> None:
    assert is_own_script(url, url)


@pytest.mark.parametrize(
    "url", [TAG, "https://a.example/my-consentinel.js", "/consentinel.json", "/b/c/shop.js", "http://[", ""]
)
def test_other_scripts(url: str) -> None:
    assert not is_own_script(url, url)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        (OURS, True),
        ("https://www.shop.example:443/b/shop.js", True),
        ("https://cdn.example/banner/consentinel.0123456789abcdef.js", True),
        ("https://consent.example/b/shop.js", True),
        ("https://evil.example/consentinel.js", False),
        ("https://evil.example/b/track.js", False),
        ("https://evil.example/https://cdn.example/banner/consentinel.js", False),
        ("https://cdn.example/other/consentinel.js", False),
        ("https://cdn.example.evil.example/banner/consentinel.js", False),
        ("http://www.shop.example/consentinel.js", False),
        ("https://www.shop.example:8443/consentinel.js", False),
        ("https://www.shop.example:x/consentinel.js", False),
        ("https://www.shop.example/app.js", False),
    ],
)
def test_the_name_counts_only_at_home_and_where_the_operator_says(url: str, ours: bool) -> None:
    served = ("https://cdn.example/banner/", "https://consent.example/b/")
    assert is_own_script(url, PAGE, served) is ours


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        (OURS, True),
        ("http://127.0.0.1:8090/b/www.shop.example.js", True),
        ("https://consent.example/at/b/shop.example.js", True),
        ("https://consent.example/b/www.other.example.js", False),
        ("https://consent.example/b/www.shop.example/act.js", False),
        ("https://consent.example/www.shop.example.js", False),
        ("https://[/b/www.shop.example.js", False),
        (STRANGER, False),
    ],
)
def test_a_script_that_any_server_names_after_the_site_is_passed_over(url: str, ours: bool) -> None:
    assert is_passed_over(url, PAGE) is ours


@pytest.mark.parametrize("page", ["about:srcdoc", "null", ""])
def test_a_document_without_an_address_has_no_banner_script(page: str) -> None:
    assert not is_own_script(OURS, page)
    assert not is_passed_over("https://consent.example/b/.js", page)
    assert not is_passed_over("https://consent.example/b/null.js", page)


def test_strangers_with_its_name_are_told_among_those_who_asked() -> None:
    strangers = ("https://evil.example/b/track.js", "https://evil.example/consentinel.js")
    assert without_own_script((OURS, *strangers, TAG), PAGE) == (*strangers, TAG)


def test_who_asked_is_told_without_the_banner_unless_nobody_else_did() -> None:
    assert without_own_script((OURS, TAG, OURS), PAGE) == (TAG,)
    assert without_own_script((OURS,), PAGE) == (OURS,)
    assert without_own_script((), PAGE) == ()


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ((OURS, TAG), Writer(TAG, 2)),
        ((TAG, OURS), Writer(TAG, 1)),
        ((OURS,), Writer(OURS, 1)),
        ((OURS, STRANGER, TAG), Writer(STRANGER, 2)),
        ((), None),
    ],
)
def test_a_hook_passes_over_the_banner(frames: tuple[str, ...], expected: Writer | None) -> None:
    lines = [f"    at f ({url}:{number}:5)" for number, url in enumerate(frames, 1)]
    stack = "\n".join(["Error", *lines])
    assert HookReport("cookie", "a=1", PAGE, "https://www.shop.example", stack, 0.0).writer == expected


@pytest.mark.parametrize("initiator", ["script", "other"])
def test_the_network_log_passes_over_the_banner_of_the_page_and_no_stranger(initiator: str) -> None:
    log, wire = listening()
    opened = {"type": "Document", "frameId": "top", "initiator": {"type": "other"}}
    wire.request("https://shop.example/", requestId="0", **opened)
    wire.request(PAGE, requestId="1", **(opened | {"initiator": {"type": initiator}}))
    frames = [{"url": url} for url in (OURS, STRANGER, TAG)]
    frame = {"type": "Document", "frameId": "inner", "documentURL": "https://evil.example/"}
    stack = {"type": "script", "stack": {"callFrames": frames}}
    wire.request("https://evil.example/", requestId="2", **frame, initiator=stack)
    wire.emit("webSocketCreated", requestId="3", url="wss://t.example/", initiator=stack)
    assert [exchange.initiators for exchange in log.exchanges[2:]] == [(STRANGER, TAG)] * 2
