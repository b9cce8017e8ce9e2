import json
from pathlib import Path

import pytest

from consentinel.scanner.report import encode
from tests.banner.typical_report import report_of, request, stored
from tests.support.cli import run_cli

CONFIG = "site: https://www.example.com/\nbanner:\n  mode: strict\n  locales: [en, de]\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "consentinel.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_bytes(encode(report_of(request("a.example/x.js", category="targeting", vendor="A"))))
    return file


def test_the_files_are_written_and_named(config: Path, report: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = run_cli("banner", "build", "--config", config, "--from", report, "-o", out)
    assert result.exit_code == 0, result.stderr
    written = {Path(line) for line in result.stdout.splitlines()}
    assert written == set(out.iterdir())
    assert out / "consentinel.js" in written
    assert result.stderr == f"built: the tag for your pages is in {out / 'snippet.html'}\n"
    assert 'rules:"3a .example"' in (out / "consentinel.js").read_text()
    assert "a.example" in json.loads((out / "csp.json").read_text())["targeting"]


def test_what_it_cannot_promise_is_a_warning(config: Path, tmp_path: Path) -> None:
    result = run_cli("banner", "build", "--config", config, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "consentinel: warning: no rules: nothing will be held back" in result.stderr


def test_a_second_build_writes_the_same_and_leaves_other_files(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_cli("banner", "build", "--config", config, "-o", out)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    (out / "mine.txt").write_text("mine")
    (out / "consentinel.js").write_text("old")
    run_cli("banner", "build", "--config", config, "-o", out)
    after = {file.name: file.read_bytes() for file in out.iterdir()}
    assert after == {**before, "mine.txt": b"mine"}


def test_overrides_in_the_same_file_count(report: Path, tmp_path: Path) -> None:
    file = tmp_path / "consentinel.yaml"
    entry = "{id: acme, vendor: Acme, category: targeting, purpose: Sells., check: 'https://acme.example/'}"
    file.write_text(
        f"{CONFIG}  rules: [{{host: b.example, category: targeting, vendor: Acme}}]\n"
        f"catalogue:\n  vendors:\n    - {entry[:-1]}, hosts: [acme.example]}}\n"
    )
    out = tmp_path / "out"
    assert run_cli("banner", "build", "--config", file, "--from", report, "-o", out).exit_code == 0
    (vendors,) = out.glob("consentinel-settings.*.js")
    assert 'name:"Acme",category:"targeting",purpose:"Sells."' in vendors.read_text()


def test_own_rules_decide_what_the_report_says(report: Path, tmp_path: Path) -> None:
    file = tmp_path / "consentinel.yaml"
    file.write_text(f"{CONFIG}  rules: [{{cookie: fp, category: performance, vendor: Ours}}]\n")
    report.write_bytes(encode(report_of(stored("fp"))))
    out = tmp_path / "out"
    assert run_cli("banner", "build", "--config", file, "--from", report, "-o", out).exit_code == 0
    (vendors,) = out.glob("consentinel-settings.*.js")
    told = vendors.read_text()
    assert 'name:"Ours",category:"performance"' in told
    assert 'name:"fp"' in told[told.index('name:"Ours"') :]


def test_no_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_cli("banner", "build", "-o", "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "consentinel.yaml: not found here: write it with `site:`" in result.stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{CONFIG}  mod: x\n", "consentinel.yaml:5: unknown key 'mod'"),
        ("site: [", "not YAML"),
        ("sit: x\nbanner: {}\n", "consentinel.yaml:1: unknown key 'sit'"),
    ],
)
def test_wrong_settings_are_one_line(text: str, words: str, config: Path, tmp_path: Path) -> None:
    config.write_text(text)
    result = run_cli("banner", "build", "--config", config, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_no_report(config: Path, tmp_path: Path) -> None:
    result = run_cli("banner", "build", "--config", config, "--from", config, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "not a consentinel report" in result.stderr


def test_a_folder_that_cannot_be_written(config: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = run_cli("banner", "build", "--config", config, "-o", blocked / "out")
    assert result.exit_code == 2
    assert "choose a place that can be written" in result.stderr


def test_an_output_folder_is_needed(config: Path) -> None:
    result = run_cli("banner", "build", "--config", config)
    assert result.exit_code == 2
    assert "Missing option '-o'" in result.stderr
