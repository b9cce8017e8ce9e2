"""Tags on servers: what the documented clients make of the token that a walk has fetched."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

from consentinel.server.client import Verifier
from tests.server.e2e.walk import Walk
from tests.support.documents import ROOT


def token_in(folder: Path) -> str:
    """Return the token that section 6 or 8 has fetched."""
    token: str = json.loads((folder / "token.json").read_text())["token"]
    return token


def claims_of(folder: Path) -> dict[str, Any]:
    """Return the claims of the token, unverified."""
    part = token_in(folder).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def python_says(walk: Walk, category: str) -> bool:
    """Ask the Python client of a tag server."""
    jwks = (walk.folder / "jwks.json").read_text()
    verifier = Verifier(jwks, issuer=f"http://127.0.0.1:{walk.server_port}", site="localhost")
    return verifier.state(token_in(walk.folder)).has(category)


def node_says(walk: Walk, category: str) -> bool:
    """Ask the example for Node.js."""
    example = ROOT / "docs" / "examples" / "verify-token.mjs"
    done = subprocess.run(
        ["node", example, walk.folder / "jwks.json", f"http://127.0.0.1:{walk.server_port}", "localhost"],
        input=token_in(walk.folder),
        capture_output=True,
        text=True,
        check=True,
    )
    found: bool = json.loads(done.stdout)["choices"][category]
    return found
