"""How the browser's process is started: flags, environment, and a wrapper script that seeds its profile.

Why a wrapper: Debian's Chromium blocks third-party cookies by default, and neither a flag nor a DevTools call
changes that; only the profile's preferences do. Playwright makes a new profile for each launch, so the
executable that it is given writes them first. It also joins all `--disable-features`: of several, Chromium
obeys the last one only, and Playwright has one of its own.
"""

import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["FLAGS", "browser_environment", "browser_wrapper", "driver_environment"]

FLAGS = (
    # no call of the browser's own may reach the proxy and look like the site's (threat T3)
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    # two services ignore all of the above: their addresses become a port where nothing listens
    "--component-updater=url-source=http://127.0.0.1:9/",
    "--gaia-url=http://127.0.0.1:9/",
    # no byte may pass the proxy (threat T2)
    "--disable-quic",
    # the first spelling is the browser's, the second the headless shell's
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # one DevTools session sees every frame of a page, and a page needs one renderer: decision 0003
    "--disable-site-isolation-trials",
    # navigator.webdriver makes analytics SDKs keep silent; a visitor's browser does not have it set
    "--disable-blink-features=AutomationControlled",
)
DISABLED_FEATURES = (
    "IsolateOrigins",
    "site-per-process",
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "Translate",
    # each window would hold a second renderer for an address bar that nobody sees: 45 MB a tab
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    # a new frame host for each page of a site costs a fifth of its processor time: docs/benchmarks.md
    "RenderDocument",
)
# What a browser needs of the environment. The rest stays out of its reach: it runs code of strangers, and a
# scan may have secrets in its environment (`--header NAME=VARIABLE`).
ENVIRONMENT_NAMES = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR"}
    | {"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"}
    | {"LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH"}
)
ENVIRONMENT_PREFIXES = ("LC_", "XDG_")
# Playwright's driver is a Node.js that lives as long as a scan: a smaller nursery and one malloc arena save
# 30 of its 140 MB (docs/benchmarks.md). It can be told so by its environment alone.
DRIVER_ENVIRONMENT = {"NODE_OPTIONS": "--max-semi-space-size=1", "MALLOC_ARENA_MAX": "1"}

WRAPPER = """#!/bin/sh
features={features}
for argument do
  shift
  case $argument in
    --disable-features=*) features=$features,${{argument#*=}}; continue ;;
    --user-data-dir=*) profile=${{argument#*=}} ;;
  esac
  set -- "$@" "$argument"
done
if [ -n "$profile" ]; then
  mkdir -p "$profile/Default" && printf %s {preferences} >"$profile/Default/Preferences" || exit 1
fi
exec {browser} --disable-features="$features" "$@"
"""


def browser_environment() -> dict[str, str | float | bool]:
    """Return the part of this process's environment that the browser may see."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in ENVIRONMENT_NAMES or name.startswith(ENVIRONMENT_PREFIXES)
    }


@contextmanager
def driver_environment() -> Iterator[None]:
    """Set DRIVER_ENVIRONMENT in this process for as long as it takes to start the driver.

    What the operator has set stays. Of scans that start at the same time one may go without: it costs memory.
    """
    added = {name: value for name, value in DRIVER_ENVIRONMENT.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def browser_wrapper(browser: Path, *, third_party_cookies: bool) -> Iterator[Path]:
    """Yield an executable that seeds the profile it is started with and becomes `browser`."""
    folder = Path(tempfile.mkdtemp(prefix="consentinel-browser-"))
    try:
        wrapper = folder / "browser"
        wrapper.write_text(_script(browser, third_party_cookies), encoding="utf-8")
        wrapper.chmod(0o700)
        yield wrapper
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _script(browser: Path, third_party_cookies: bool) -> str:
    return WRAPPER.format(
        browser=shlex.quote(str(browser)),
        features=shlex.quote(",".join(DISABLED_FEATURES)),
        preferences=shlex.quote(json.dumps(_preferences(third_party_cookies))),
    )


def _preferences(third_party_cookies: bool) -> dict[str, object]:
    """Return profile preferences; cookie_controls_mode: 0 allows third-party cookies, 1 blocks them."""
    return {
        "profile": {
            "block_third_party_cookies": not third_party_cookies,
            "cookie_controls_mode": 0 if third_party_cookies else 1,
        },
        "safebrowsing": {"enabled": False},
    }
