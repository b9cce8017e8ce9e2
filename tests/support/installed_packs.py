"""Packs of a few made rows, installed by the command that people use."""

from pathlib import Path

from tests.scanner.packs.conftest import FILES, LIST, cookies, entities, entity, row
from tests.support.cli import run_cli

LISTS = {
    **FILES,
    "open-cookie-database.csv": cookies(
        row("acme_anvil", "Analytics"),
        row("_ga", "Marketing"),
        row("acme_login_anvil", "Security"),
        row("acme_weight", "Marketing", "shop.example"),
    ),
    "entities-nostats.json": entities(
        entity("Acme Ads", "ad", "*.acme-ads.example"),
        entity("Google Analytics", "ad", "*.google-analytics.com"),
        entity("Acme Shop", "ecommerce", "acme-shop.example"),
    ),
    "easylist.txt": LIST.encode(),
    "easyprivacy.txt": LIST.replace("ads.", "track.").encode() + b"||google-analytics.com^\n",
}


def install_packs(directory: Path) -> Path:
    """Install all lists into a data directory below `directory`, and return it."""
    lists, data = directory / "lists", directory / "data"
    lists.mkdir()
    for name, content in LISTS.items():
        (lists / name).write_bytes(content)
    result = run_cli("catalogue", "update", "--from", lists, "--data", data)
    assert result.exit_code == 0, result.stderr
    return data


def damage(data: Path, file: str) -> None:
    """Change an installed pack behind the back of its checksum."""
    (data / "packs" / "generations" / "0001" / file).write_bytes(b"[Adblock Plus 2.0]\n||other.example^\n")
