"""The banner's pure JavaScript, tested in Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_in_node(file: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "Node.js was not found: install it, the banner's script is tested in it"
    done = subprocess.run([node, "--test", file], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "# pass 0" not in done.stdout, "the file holds no test"
