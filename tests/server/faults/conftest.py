"""Servers to be hurt: each works in a folder with a consentinel.yaml of one site."""

from pathlib import Path

import pytest

from bench.server.choices import CONFIG


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "server"
    found.mkdir()
    (found / "consentinel.yaml").write_text(CONFIG)
    return found
