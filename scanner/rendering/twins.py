"""Tell rows apart that would look the same: same kind and name, but another host or another writer."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from consentinel.scanner.observations import Writer
from consentinel.scanner.rendering.wording import kind_of, writer_of
from consentinel.scanner.report import Finding

Key = TypeVar("Key", bound=Hashable)
_NO_WRITER = "an unknown script"


def twin_writers(findings: Iterable[Finding]) -> Mapping[str, str]:
    """Return, by id, who wrote a finding, for those that share kind, name and host with another."""
    groups = _grouped(findings, lambda finding: (kind_of(finding), finding.name, finding.host))
    return {
        finding.id: writer
        for group in groups.values()
        if len(group) > 1
        for finding, writer in zip(group, _short_writers(group), strict=True)
    }


def twin_marks(findings: Iterable[Finding]) -> Mapping[str, str]:
    """Return, by id, what to add to a name where the host is not shown: ` · on a.example · by t.js`."""
    kept = tuple(findings)
    writers = twin_writers(kept)
    marks = {}
    for group in _grouped(kept, lambda finding: (kind_of(finding), finding.name)).values():
        is_on_many = len({finding.host for finding in group}) > 1
        for finding in group:
            host = f" · on {finding.host}" if is_on_many else ""
            writer = f" · by {writers[finding.id]}" if finding.id in writers else ""
            marks[finding.id] = host + writer
    return marks


def _grouped(findings: Iterable[Finding], key: Callable[[Finding], Key]) -> dict[Key, list[Finding]]:
    groups: dict[Key, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[key(finding)].append(finding)
    return groups


def _short_writers(group: Sequence[Finding]) -> list[str]:
    """Return the writers as shortly as tells them apart: file, host with file, or URL and line."""
    names = [[shown(finding.writer) for finding in group] for shown in (_file, _host_and_file, writer_of)]
    chosen = next((found for found in names if len(set(found)) == len(found)), names[-1])
    return [name or _NO_WRITER for name in chosen]


def _file(writer: Writer | None) -> str:
    return _host_and_file(writer).rpartition("/")[2]


def _host_and_file(writer: Writer | None) -> str:
    """Return `host/file`, the host alone for a start page, and what is no URL as it is."""
    if writer is None:
        return ""
    try:
        parts = urlsplit(writer.url)
    except ValueError:
        return writer.url
    file = parts.path.rstrip("/").rpartition("/")[2]
    return "/".join(filter(None, [parts.netloc, file])) or writer.url
