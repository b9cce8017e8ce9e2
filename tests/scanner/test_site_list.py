import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.errors import InputError
from consentinel.scanner.site_list import SiteLine, read_sites, slug_of

unhurried = settings(deadline=None)


def write(directory: Path, text: str, name: str = "sites.txt") -> Path:
    file = directory / name
    file.write_text(text, encoding="utf-8")
    return file


def test_one_url_a_line(tmp_path: Path) -> None:
    file = write(
        tmp_path, "\ufeffhttps://a.example\n\n # comment\n#https://x.example\r\n  https://b.example/#/x \n"
    )
    assert read_sites(file) == [SiteLine(1, "https://a.example/"), SiteLine(5, "https://b.example/#/x")]


def test_first_column_of_a_table(tmp_path: Path) -> None:
    text = 'URL,Owner\nhttps://a.example,"Smith, Jane"\n"https://b.example/?a,b",x\n\n# no,x\n,x\n'
    assert read_sites(write(tmp_path, text, "sites.CSV")) == [
        SiteLine(2, "https://a.example/"),
        SiteLine(3, "https://b.example/?a,b"),
    ]


def test_wrong_lines_are_kept_with_their_problem(tmp_path: Path) -> None:
    sites = read_sites(write(tmp_path, "https://a.example\nb.example\nftp://c.example\n"))
    assert [(site.line, site.url) for site in sites] == [(1, "https://a.example/"), (2, None), (3, None)]
    assert sites[1].problem == "sites.txt:2: 'b.example' has no scheme: write 'https://b.example'"
    assert (sites[2].problem or "").startswith("sites.txt:3: ")


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_sites(tmp_path / "missing.txt")
    with pytest.raises(InputError, match="names no site"):
        read_sites(write(tmp_path, "# nothing\n\n"))
    with pytest.raises(InputError, match="names no site"):
        read_sites(write(tmp_path, "url,owner\n", "sites.csv"))
    with pytest.raises(InputError, match="not CSV"):
        read_sites(write(tmp_path, "a" * 200_000, "sites.csv"))
    (tmp_path / "latin.txt").write_bytes(b"https://\xff.example")
    with pytest.raises(InputError, match="not UTF-8"):
        read_sites(tmp_path / "latin.txt")


def test_slugs_are_readable_and_stable() -> None:
    assert slug_of("https://www.example.org/") == "www.example.org-e403ac6b035327f4"
    assert slug_of("https://example.org:8443/A/b?token=secret").startswith("example.org-8443-a-b-")
    assert slug_of("https://h/" + "x" * 500 + "/../..").count("/") == 0


@unhurried
@given(st.lists(st.text(alphabet="aB/.-?é", max_size=12).map("https://h.example/".__add__), unique=True))
def test_no_two_sites_share_a_slug(urls: list[str]) -> None:
    slugs = {slug_of(url) for url in urls}
    assert len(slugs) == len(urls)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,90}", slug) for slug in slugs)


@unhurried
@given(text=st.text(), suffix=st.sampled_from(["txt", "csv"]))
def test_any_text_names_sites_or_is_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    file = write(tmp_path_factory.getbasetemp(), text, f"any.{suffix}")
    try:
        sites = read_sites(file)
    except InputError:
        return
    assert all((site.url is None) is (site.problem is not None) for site in sites)
    assert all("\n" not in (site.problem or "") for site in sites)
