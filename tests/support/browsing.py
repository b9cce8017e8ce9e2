"""A plain browser for fixtures: third-party cookies allowed, every host on loopback servers of ours."""

from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.support.browsers import launch_flags

# Debian's Chromium blocks third-party cookies unless the profile says otherwise before the first start.
_PREFERENCES = '{"profile":{"block_third_party_cookies":false,"cookie_controls_mode":0}}'
_WRAPPER = """#!/bin/sh
for argument in "$@"; do
  case "$argument" in --user-data-dir=*)
    mkdir -p "${{argument#*=}}/Default"
    printf '%s' '{preferences}' > "${{argument#*=}}/Default/Preferences" ;;
  esac
done
exec "{executable}" "$@"
"""


def launch_on_loopback(
    playwright: Playwright, executable: Path, directory: Path, *, http_port: int, https_port: int
) -> Browser:
    """Launch `executable` so that port 80 and 443 of every host are the two ports of this machine."""
    wrapper = directory / "browser"
    wrapper.write_text(_WRAPPER.format(preferences=_PREFERENCES, executable=executable))
    wrapper.chmod(0o700)
    rules = f"MAP *:80 127.0.0.1:{http_port}, MAP *:443 127.0.0.1:{https_port}"
    flags = [
        *launch_flags(),
        f"--host-resolver-rules={rules}",
        "--no-proxy-server",
        "--ignore-certificate-errors",
    ]
    return playwright.chromium.launch(executable_path=str(wrapper), args=flags)
