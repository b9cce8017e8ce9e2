"""The policy that a page comes with, as the files of `consentinel banner build` choose it."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# of a request with these headers
ChoosePolicy = Callable[[Mapping[str, str]], str]

_MODULE = "consentinel-policy.mjs"
_RUNNER = f"""
import {{ createInterface }} from 'node:readline';
import {{ policyFor }} from './{_MODULE}';
for await (const line of createInterface({{ input: process.stdin }})) {{
  console.log(policyFor(new Headers(JSON.parse(line))));
}}
"""


@contextmanager
def choosing_policy(files: Mapping[str, bytes]) -> Iterator[ChoosePolicy]:
    """Yield what a server with the built policy module answers a request with; any thread may ask."""
    node = shutil.which("node")
    assert node is not None, "Node.js was not found"
    with TemporaryDirectory(prefix="policy-") as folder:
        (Path(folder) / _MODULE).write_bytes(files[_MODULE])
        (Path(folder) / "run.mjs").write_text(_RUNNER, encoding="utf-8")
        with subprocess.Popen(
            [node, Path(folder) / "run.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        ) as process:
            yield _asking(process)


def static_meta(files: Mapping[str, bytes]) -> str:
    """Return the meta element that snippet.html gives for static hosting."""
    snippet = files["snippet.html"].decode()
    start = snippet.rindex("<meta http-equiv")
    return snippet[start : snippet.index(">", start) + 1]


def _asking(process: "subprocess.Popen[str]") -> ChoosePolicy:
    requests, answers = process.stdin, process.stdout
    assert requests is not None
    assert answers is not None
    one_at_a_time = threading.Lock()

    def ask(headers: Mapping[str, str]) -> str:
        with one_at_a_time:
            print(json.dumps(dict(headers)), file=requests, flush=True)
            answer = answers.readline()
            assert answer, "the policy module has ended"
            return answer.rstrip("\n")

    return ask
