"""Eleven ways out of a page, in a real Chromium behind the egress proxy: none reaches a local service."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error, Frame, async_playwright

from consentinel.scanner.egress import Egress, EgressPolicy, HostMapping, Lookup
from tests.support.browsers import find_chromium, launch_flags

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

# Chromium and Chrome obey the first, the separate headless shell the second.
WEBRTC_FLAGS = (
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
CANARY = "canary-of-a-local-file"
SECRET, FILE, STUN = "{secret}", "{file}", "{stun}"  # filled in when a page is served

PROBES = {
    "redirected-img": f"<img src='/to?http://127.0.0.1:{SECRET}/redirected-img'>",
    "redirected-iframe": f"<iframe src='/to?http://127.0.0.1:{SECRET}/redirected-iframe'></iframe>",
    "redirected-fetch": f"<script>fetch('/to?http://127.0.0.1:{SECRET}/redirected-fetch',{{mode:'no-cors'}})</script>",
    "redirected-beacon": f"<script>navigator.sendBeacon('/to?http://127.0.0.1:{SECRET}/redirected-beacon')</script>",
    "websocket": f"<script>new WebSocket('ws://127.0.0.1:{SECRET}/websocket')</script>",
    "preconnect": f"<link rel=preconnect href='https://127.0.0.1:{SECRET}/'>",
    "meta-refresh": f"<meta http-equiv=refresh content='0;url=http://127.0.0.1:{SECRET}/meta-refresh'>",
    "mapped-address": f"<img src='http://[::ffff:7f00:1]:{SECRET}/mapped-address'>",
    "decimal-address": f"<img src='http://2130706433:{SECRET}/decimal-address'>",
    "rebinding": "".join(f"<img src='http://rebind.example:{SECRET}/rebinding?{n}'>" for n in range(4)),
}
OTHER_PAGES = {
    "file": f"<iframe src='{FILE}'></iframe><iframe src='/to?{FILE}'></iframe>"
    f"<script>location = '{FILE}'</script>",
    "stun": f"""<script>
        const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{STUN}'}}]}});
        peer.createDataChannel('x');
        peer.createOffer().then(offer => peer.setLocalDescription(offer));
    </script>""",
}


class Secret:
    """A service on loopback that no page may reach; it notes each connection by the path asked for."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(4096)
        path = first.split(b" ", 2)[1].decode() if first.startswith((b"GET ", b"POST ")) else "/preconnect"
        self.seen.add(path.strip("/").partition("?")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


class Site:
    """Serves the page of each probe, and a redirect to wherever the query says."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
            writer.write(self._answer(path))
        writer.close()

    def _answer(self, path: str) -> bytes:
        if path.startswith("/to?"):
            return f"HTTP/1.1 302 Found\r\nLocation: {path[4:]}\r\nContent-Length: 0\r\n\r\n".encode()
        page = {**PROBES, **OTHER_PAGES}.get(path[1:], "")
        for name, value in self._values.items():
            page = page.replace(name, value)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        return (head + page).encode()


@contextlib.asynccontextmanager
async def chromium(egress: Egress, profile: Path, *flags: str) -> AsyncIterator[BrowserContext]:
    """Open a context with a profile: only there does Chromium follow preconnect hints."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=[*launch_flags(), *flags],
            proxy={"server": egress.url, "bypass": "<-loopback>"},
        )
        try:
            yield context
        finally:
            await context.close()


@contextlib.asynccontextmanager
async def listening(handle: Handler) -> AsyncIterator[int]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def policy_for(site_port: int, secret_port: int, *, allow_private: bool) -> EgressPolicy:
    return EgressPolicy(
        allow_private=allow_private,
        ports=frozenset({80, 443, secret_port}),  # so that the address alone decides
        resolve={"site.example": HostMapping("127.0.0.1", site_port)},
        connect_timeout_s=0.3,
    )


def rebinding_lookup() -> Lookup:
    """Answer with a public address first, then with loopback, and so on; no other name exists."""
    answers = itertools.cycle((["8.8.8.8"], ["127.0.0.1"]))

    async def lookup(host: str) -> list[str]:
        return next(answers) if host == "rebind.example" else []

    return lookup


async def visit(context: BrowserContext, name: str) -> None:
    page = await context.new_page()
    with contextlib.suppress(Error):  # a refresh may interrupt
        await page.goto(f"http://site.example/{name}")
    await page.wait_for_timeout(500)
    await page.close()


async def reached(profile: Path, *, allow_private: bool) -> tuple[set[str], set[str]]:
    """Run all probes; return what reached the secret server, and which addresses were refused."""
    secret = Secret()
    async with (
        asyncio.timeout(100),
        listening(secret.serve) as secret_port,
        listening(Site({SECRET: str(secret_port)}).serve) as site_port,
        Egress(
            policy_for(site_port, secret_port, allow_private=allow_private), lookup=rebinding_lookup()
        ) as egress,
        chromium(egress, profile) as context,
    ):
        for name in PROBES:
            await visit(context, name)
        return secret.seen, {refusal.host for refusal in egress.refusals if refusal.reason == "not-global"}


@pytest.mark.browser
def test_no_probe_reaches_a_local_service(tmp_path: Path) -> None:
    seen, refused = asyncio.run(reached(tmp_path, allow_private=False))
    assert seen == set()
    assert refused == {"127.0.0.1", "::ffff:127.0.0.1", "rebind.example"}


@pytest.mark.browser
def test_every_probe_reaches_it_where_that_is_allowed(tmp_path: Path) -> None:
    """The control: without it, the test above could not fail."""
    seen, refused = asyncio.run(reached(tmp_path, allow_private=True))
    assert seen - {"favicon.ico"} == set(PROBES)
    assert refused == set()


async def content_of(frame: Frame) -> str:
    """Return a frame's HTML; one that Chromium refused to fill never answers."""
    with contextlib.suppress(TimeoutError):
        return await asyncio.wait_for(frame.content(), 2)
    return ""


@pytest.mark.browser
def test_no_page_shows_a_local_file(tmp_path: Path) -> None:
    file = tmp_path / "local.txt"
    file.write_text(CANARY)

    async def main() -> tuple[str, str]:
        async with (
            asyncio.timeout(60),
            listening(Site({FILE: file.as_uri()}).serve) as site_port,
            Egress(policy_for(site_port, 1, allow_private=False)) as egress,
            chromium(egress, tmp_path / "profile") as context,
        ):
            page = await context.new_page()
            await page.goto("http://site.example/file")
            await page.wait_for_timeout(500)
            shown = [await content_of(frame) for frame in page.frames]
            await page.goto(file.as_uri())  # the control: the user's own navigation does show it
            return "".join(shown), await page.content()

    by_site, by_user = asyncio.run(main())
    assert CANARY not in by_site
    assert CANARY in by_user


class Datagrams(asyncio.DatagramProtocol):
    """Counts what arrives."""

    def __init__(self) -> None:
        self.count = 0

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.count += 1


async def stun_datagrams(profile: Path, *flags: str) -> int:
    loop = asyncio.get_running_loop()
    transport, received = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
    stun_port = transport.get_extra_info("sockname")[1]
    async with (
        asyncio.timeout(60),
        listening(Site({STUN: str(stun_port)}).serve) as site_port,
        Egress(policy_for(site_port, 1, allow_private=True)) as egress,
        chromium(egress, profile, "--allow-loopback-in-peer-connection", *flags) as context,
    ):
        page = await context.new_page()
        await page.goto("http://site.example/stun")
        await page.wait_for_timeout(2_000)
    transport.close()
    return received.count


@pytest.mark.browser
def test_web_rtc_stays_at_home_with_its_flags(tmp_path: Path) -> None:
    async def main() -> tuple[int, int]:
        flagged = await stun_datagrams(tmp_path / "with", *WEBRTC_FLAGS)
        return flagged, await stun_datagrams(tmp_path / "without")

    flagged, unflagged = asyncio.run(main())
    assert flagged == 0
    assert unflagged > 0
