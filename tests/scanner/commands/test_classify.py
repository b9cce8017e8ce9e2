import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from consentinel.server.cli import main
from tests.support.cli import run_cli

GOOD = '{"kind":"cookie","name":"_ga","domain":".example.org","site":"https://www.example.org/"}'
OVERRIDE = "vendors:\n- {id: o, vendor: Ours, category: functional, purpose: P., cookies: [_ga]}\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_line_out_for_one_in_and_in_order(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    names = [f"name{number}" for number in range(50)]
    file.write_text("".join(f'{{"kind":"cookie","name":"{name}"}}\n' for name in names))
    result = run_cli("classify", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [line["name"] for line in lines(result.stdout)] == names


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_line_endings(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "items.jsonl"
    file.write_bytes(f"{GOOD}{ending}".encode())
    (found,) = lines(run_cli("classify", file).stdout)
    assert found["category"] == "performance"


def test_a_bad_line_does_not_stop_the_others() -> None:
    result = CliRunner().invoke(main, ["classify"], input=f"{GOOD}\nnonsense\n\n{GOOD}\n")
    assert result.exit_code == 1
    assert [line.get("category", "error") for line in lines(result.stdout)] == [
        "performance",
        "error",
        "error",
        "performance",
    ]
    assert "2 lines could not be read" in result.stderr


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("")
    result = run_cli("classify", file)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_an_endless_line_is_one_error_and_the_next_is_read(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"a":"' + "x" * 2_500_000 + f'"}}\n{GOOD}\n')
    found = lines(run_cli("classify", file).stdout)
    assert [line.get("category", "error") for line in found] == ["error", "performance"]


def test_overrides_win(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OVERRIDE)
    (found,) = lines(CliRunner().invoke(main, ["classify", "--catalogue", str(own)], input=GOOD).stdout)
    assert (found["category"], found["vendor"], found["layer"]) == ("functional", "Ours", "override")


def test_the_settings_file_wins_and_a_named_file_wins_over_it(tmp_path: Path) -> None:
    section = "".join(f"  {line}\n" for line in OVERRIDE.splitlines())
    (tmp_path / "consentinel.yaml").write_text(
        f"site: https://x.example\ncatalogue:\n{section}scan:\n  tabs: 2\n"
    )
    (found,) = lines(CliRunner().invoke(main, ["classify"], input=GOOD).stdout)
    assert (found["category"], found["layer"]) == ("functional", "override")
    own = tmp_path / "own.yaml"
    own.write_text(OVERRIDE.replace("functional", "targeting"))
    (found,) = lines(CliRunner().invoke(main, ["classify", "--catalogue", str(own)], input=GOOD).stdout)
    assert found["category"] == "targeting"


def test_a_mistake_in_the_settings_files_section_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "consentinel.yaml").write_text(
        "site: https://x.example\ncatalogue:\n  vendors:\n  - {id: o}\n"
    )
    result = CliRunner().invoke(main, ["classify"], input=GOOD)
    assert result.exit_code == 2
    assert "consentinel.yaml:4: an entry has no" in result.stderr


@pytest.mark.parametrize("name", ["none.jsonl", "."])
def test_a_file_that_cannot_be_read(name: str) -> None:
    result = run_cli("classify", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "name a file that can be read" in result.stderr


def test_an_answer_comes_before_the_next_question() -> None:
    """What another program talks to must not wait for the end of its input."""
    with subprocess.Popen(
        [sys.executable, "-m", "consentinel.server", "classify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write(f"{GOOD}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["category"] == "performance"
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_reader_that_had_enough_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text(f"{GOOD}\n" * 5_000)
    command = f"{sys.executable} -m consentinel.server classify {file} | head -1"
    result = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
