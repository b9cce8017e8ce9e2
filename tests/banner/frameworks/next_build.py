"""A Next.js application, built for production once for each content of its files.

What docs/frameworks.md tells people to write is taken from there.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.banner.hosting.servers import free_port, running
from tests.support.npm import installed

ROOT = Path(__file__).resolve().parents[3]
NPM = ROOT / "tests" / "frameworks_npm"
SOURCES = Path(__file__).parent / "next_app"
_BUILDING_S = 200.0
_KEPT = "built-from"
_ENVIRONMENT = {"NEXT_TELEMETRY_DISABLED": "1", "CI": "1", "NODE_ENV": "production"}


def documented(name: str) -> str:
    """Return the code that docs/frameworks.md gives for the file `name`."""
    text = (ROOT / "docs" / "frameworks.md").read_text("utf-8")
    found = re.search(rf"^```\w+ {re.escape(name)}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/frameworks.md has no block for {name}"
    return found[1]


def application(policy: str) -> dict[str, str]:
    """Return the application's files: the folder's, and the documentation's where it says.

    Only its part under /strict has the policy, so that one build shows everything.
    """
    own = {str(path.relative_to(SOURCES)): path.read_text("utf-8") for path in SOURCES.rglob("*.*s*")}
    return own | {
        "app/(first)/layout.jsx": documented("app/layout.jsx"),
        "app/(first)/tags.jsx": documented("app/tags.jsx"),
        "proxy.js": documented("proxy.js").replace("'/:path*'", "'/strict/:path*'"),
        "app/consentinel-keep/route.js": documented("app/consentinel-keep/route.js"),
        "consentinel-policy.mjs": policy,
    }


def next_build(policy: str) -> Path:
    """Return the folder of the built application; the first of all test workers builds, the others wait."""
    program = installed(NPM) / ".bin" / "next"
    files = application(policy)
    wanted = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
    folder = NPM / "build" / "next"  # below node_modules' parent, which is where its bundler looks
    folder.parent.mkdir(exist_ok=True)
    with (NPM / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _KEPT).is_file() or (folder / _KEPT).read_text() != wanted:
            _build(program, folder, files)
            (folder / _KEPT).write_text(wanted)
    return folder


def _build(program: Path, folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    done = subprocess.run(
        [program, "build"],
        cwd=folder,
        env={**os.environ, **_ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=_BUILDING_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@contextmanager
def next_start(folder: Path, public: Mapping[str, bytes], logs: Path) -> Iterator[str]:
    """Serve the built application with `public` as its public files; yield the origin."""
    for name, content in public.items():
        (folder / "public" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "public" / name).write_bytes(content)
    port = free_port()
    command = [
        "node",
        str(NPM / "node_modules/next/dist/bin/next"),
        "start",
        "-p",
        str(port),
        "-H",
        "127.0.0.1",
    ]
    with running(command, logs, port, cwd=folder, environment=_ENVIRONMENT):
        yield f"http://127.0.0.1:{port}"
