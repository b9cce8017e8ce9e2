"""JavaScript without a page."""

import json
import shutil
import subprocess
from typing import Any


def run(program: str) -> str:
    """Run a program in Node and return what it prints; raise CalledProcessError where it fails."""
    node = shutil.which("node")
    assert node is not None, "Node.js was not found: install it, the banner's script is tested in it"
    ended = subprocess.run([node, "-"], input=program, check=True, capture_output=True, text=True)
    return ended.stdout


def evaluated(expression: str) -> Any:
    """Return the value of an expression as JSON knows it."""
    return json.loads(run(f"process.stdout.write(JSON.stringify({expression}))"))
