"""Real nginx, Caddy, and Cloudflare's worker, configured as docs/same-origin.md says."""

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.banner.hosting.servers import running
from tests.support.documents import ROOT, Document

_DOCUMENT = Document(ROOT / "docs" / "same-origin.md")
_WORKER = Path(__file__).parent / "serve-worker.mjs"
# What a server needs to run here beside what the documentation says.
_NGINX_MAIN = (
    "worker_processes 1; daemon off; pid nginx.pid; error_log error.log; events { worker_connections 64; }\n"
)
_NGINX_HTTP = """http {
  access_log off; default_type text/html;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
"""
_CADDY = "{\n\tadmin off\n\tauto_https off\n\tstorage file_system caddy\n}\n"


@dataclass(frozen=True)
class Ports:
    """Where the proxy listens, and where consentinel does."""

    proxy: int
    server: int


class Start(Protocol):
    """Start a proxy in a folder that serves `folder`/site and passes consentinel's path on."""

    def __call__(self, folder: Path, ports: Ports) -> AbstractContextManager[None]: ...


@contextmanager
def nginx(folder: Path, ports: Ports) -> Iterator[None]:
    text = documented("nginx").replace("listen 80", f"listen 127.0.0.1:{ports.proxy}")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{ports.server}")
    text = text.replace("/var/www/site", str(folder / "site"))
    # root's workers would be nobody, who may read nothing here
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "main.conf").write_text(user + _NGINX_MAIN + text.replace("http {", _NGINX_HTTP, 1))
    with running(["nginx", "-c", str(folder / "main.conf"), "-p", str(folder)], folder, ports.proxy):
        yield


@contextmanager
def caddy(folder: Path, ports: Ports) -> Iterator[None]:
    text = documented("caddyfile").replace("http://www.shop.example", f"http://127.0.0.1:{ports.proxy}")
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{ports.server}")
    (folder / "main.conf").write_text(_CADDY + text.replace("/var/www/site", str(folder / "site")))
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", "main.conf"]
    with running(command, folder, ports.proxy, cwd=folder):
        yield


@contextmanager
def cloudflare(folder: Path, ports: Ports) -> Iterator[None]:
    text = documented("js").replace("https://consent-origin.example.net", f"http://127.0.0.1:{ports.server}")
    (folder / "worker.mjs").write_text(text)
    arguments = [str(folder / "worker.mjs"), str(folder / "site"), str(ports.proxy)]
    with running(["node", str(_WORKER), *arguments], folder, ports.proxy):
        yield


PROXIES: dict[str, Start] = {"nginx": nginx, "caddy": caddy, "cloudflare": cloudflare}


def documented(language: str) -> str:
    """Return the block of docs/same-origin.md in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", _DOCUMENT.text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/same-origin.md has no block in {language}"
    return found[1]
