import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSES = "def test_it() -> None: ..."
SKIPS = "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_it() -> None: ..."
EXPECTED = "import pytest\n@pytest.mark.xfail\ndef test_it() -> None: raise ValueError"


@pytest.mark.parametrize("workers", ["1"])
@pytest.mark.parametrize(("code", "status"), [(PASSES, 0), (SKIPS, 1), (EXPECTED, 1)])
def test_a_run_with_a_skipped_test_has_failed(tmp_path: Path, code: str, status: int, workers: str) -> None:
    (tmp_path / "test_one.py").write_text(code, encoding="utf-8")
    plugins = ["-p", "tests.support.no_skips", "-p", "no:cacheprovider"]
    where = [f"--rootdir={tmp_path}", "-c", "/dev/null", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", workers, *plugins, *where],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == status, ended.stdout
