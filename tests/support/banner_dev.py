"""The banner's script from the sources as they are, with a configuration of the test's own making."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".tools" / "js" / "build_banner.mjs"

CONFIG: Mapping[str, object] = {
    "site": "127.0.0.1",
    "mode": "standard",
    "hash": "0a1b2c3d",
    "rules": "",
    "own": [],
    "unknown": "allow",
    "api": "",
    "cookieDomain": "",
    "regimes": [{"id": "eu", "where": "", "purposes": ["opt_in", "opt_in", "opt_in"], "days": 182}],
    "regime": "eu",
    "signals": {},
    "theme": {},
    "controller": "Example GmbH",
    "links": {},
    "texts": {},
    "locales": ["en"],
    "parts": {},
    "base": "",
}


@cache
def bundles() -> Path:
    """Return a folder with the bundles of banner/src as it is now."""
    folder = Path(mkdtemp(prefix="consentinel-dist-"))
    node = shutil.which("node") or "node"
    subprocess.run([node, BUILD, folder], check=True, cwd=ROOT)
    return folder


def dev_script(**config: object) -> str:
    """Return consentinel.js with `config` over the defaults above."""
    text = json.dumps({**CONFIG, **config}).replace("<", "\\u003c")
    names = ("head.js", "signals.js", "ask.js") if config.get("signals") else ("head.js", "ask.js")
    bundled = "".join((bundles() / name).read_text("utf-8") for name in names)
    return f"(function(){{var __config={text};{bundled}}})();"
