"""Real nginx and Caddy on free loopback ports, with the files that `hosting_files` writes."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.documents import ROOT, Document

_HERE = Path(__file__).parent
_PROGRAMS = {"nginx": "nginx", "caddyfile": "caddy"}
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_STARTING_S = 30.0
_HOSTING = Document(ROOT / "docs" / "hosting.md")
# What a server needs to run here beside what the documentation says.
_NGINX_MAIN = """
worker_processes 1; daemon off; pid nginx.pid; error_log error.log; events { worker_connections 64; }
"""
_NGINX_HTTP = """http {
  access_log off; default_type text/html; types { text/html html; text/javascript js; }
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi; large_client_header_buffers 4 16k;
"""
_CADDY = """{
	admin off
	auto_https off
	storage file_system caddy
}
"""


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, files: Mapping[str, bytes], root: Path) -> Iterator[str]:
    """Serve `root` through nginx as docs/hosting.md says; yield the origin."""
    _write(folder, files)
    port = free_port()
    text = _documented("nginx", folder, root).replace("listen 80", f"listen 127.0.0.1:{port}")
    # root's workers would be nobody, who may read nothing here
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(user + _NGINX_MAIN + text.replace("http {", _NGINX_HTTP))
    with running(["nginx", "-c", str(folder / "main.conf"), "-p", str(folder)], folder, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def caddy(folder: Path, files: Mapping[str, bytes], root: Path) -> Iterator[str]:
    """Serve `root` through Caddy as docs/hosting.md says; yield the origin."""
    _write(folder, files)
    port = free_port()
    text = _documented("caddyfile", folder, root).replace(
        "http://www.example.org", f"http://127.0.0.1:{port}"
    )
    (folder / "main.conf").write_text(_CADDY + text)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", "main.conf"]
    with running(command, folder, port, cwd=folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def cloudflare(folder: Path, files: Mapping[str, bytes], root: Path) -> Iterator[str]:
    """Serve `root` through the Cloudflare worker, run by serve-worker.mjs; yield the origin."""
    folder.mkdir(parents=True, exist_ok=True)
    worker = folder / "worker.mjs"
    worker.write_bytes(files["cloudflare-worker.js"])
    port = free_port()
    with running(["node", str(_HERE / "serve-worker.mjs"), str(worker), str(root), str(port)], folder, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def static(folder: Path, files: Mapping[str, bytes], root: Path) -> Iterator[str]:
    """Serve `root` as static hosting does: no header of ours, entity tags, pages that caches may keep."""
    plain = {"nginx.conf": b"", "nginx-headers.conf": b"", "nginx-keep.conf": b""}
    with nginx(folder, plain, root) as origin:
        yield origin


SERVERS = {"nginx": nginx, "caddy": caddy}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _documented(language: str, folder: Path, root: Path) -> str:
    """Return the block of docs/hosting.md in a server's language, with the folders of this test."""
    found = re.search(rf"^```{language}\n(.*?)^```$", _HOSTING.text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/hosting.md has no block in {language}"
    text = found[1].replace(f"/etc/{_PROGRAMS[language]}/consentinel", str(folder))
    return text.replace("/var/www/site", str(root))


@contextmanager
def running(
    command: list[str], logs: Path, port: int, *, cwd: Path | None = None, environment: Mapping[str, str] = {}
) -> Iterator[None]:
    """Run a server until the block ends; entering waits until it listens at `port`."""
    program = shutil.which(command[0], path=_PATH)
    assert program, f"{command[0]} was not found: install the packages nginx-light and caddy"
    with (logs / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdout=log,
            stderr=log,
            cwd=cwd,
            env={"HOME": str(logs), "PATH": _PATH, **environment},
        )
        try:
            _wait_for(port, process, logs / "log")
            yield
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _STARTING_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the server did not start: {log.read_text('utf-8', 'replace')}")
