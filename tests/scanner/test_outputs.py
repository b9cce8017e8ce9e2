import os
import stat
from pathlib import Path

import pytest

from consentinel.scanner.errors import InputError, OutputError
from consentinel.scanner.outputs import make_directory, plan_outputs, write_whole
from tests.support.reports import make_report


def test_a_plan_has_the_format_of_each_suffix(tmp_path: Path) -> None:
    files = plan_outputs([tmp_path / "a.json", tmp_path / "b.HTML"])
    assert [file.format for file in files] == ["json", "html"]
    assert list(tmp_path.iterdir()) == []


def test_one_file_by_two_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    with pytest.raises(InputError, match="named twice"):
        plan_outputs([tmp_path / "a.json", tmp_path / "link.json"])


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("old")
    file.chmod(0o640)
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_obeys_the_umask_unless_it_is_private(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"")
        write_whole(tmp_path / "b", b"", private=True)
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [0o640, 0o600]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    write_whole(tmp_path / "link", b"1")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_bytes() == b"1"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_when_the_disk_is_full_the_old_file_stays(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    with pytest.raises(OutputError, match=r"a: No space left on device: choose a place"):
        write_whole(tmp_path / "a", b"new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old"}


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        write_whole(tmp_path / "full", b"1")
    assert Path("/dev/full").is_char_device()


def test_directories(tmp_path: Path) -> None:
    make_directory(tmp_path / "a" / "b")
    make_directory(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file: File exists"):
        make_directory(tmp_path / "file")


def test_reports_in_one_directory_do_not_share_temporary_names(tmp_path: Path) -> None:
    names = [f"{number}.json" for number in range(20)]
    for name in names:
        write_whole(tmp_path / name, make_report().site.encode())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
