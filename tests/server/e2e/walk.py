"""docs/getting-started-server.md, done as it says, with other ports."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from tests.banner.hosting.servers import running
from tests.support.documents import ROOT, Document
from tests.support.server_process import environment

PAGE = Document(ROOT / "docs" / "getting-started-server.md")
# As they stand in the document.
SERVER_PORT, SITE_PORT = 8080, 8000
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Walk:
    """The reader: a folder, and a terminal in which variables stay."""

    folder: Path
    database: str
    server_port: int = SERVER_PORT
    site_port: int = SITE_PORT
    variables: dict[str, str] = field(default_factory=dict)

    def block(self, section: str, language: str) -> str:
        """Return the only block of a language in a section, with the ports of this walk."""
        (found,) = (text for name, text in _FENCE.findall(PAGE.section(section)) if name == language)
        return self._with_ports(found)

    def save(self, section: str, language: str, name: str) -> None:
        """Save a block as a file."""
        (self.folder / name).write_text(self.block(section, language))

    def run(self, section: str) -> str:
        """Run the commands of a section; return what they print."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.block(section, "sh")],
            cwd=self.folder,
            env={**self._environment(), **self.variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{section}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def serving(self, section: str) -> AbstractContextManager[None]:
        """Run the one command of a section, which serves the pages, until the block ends."""
        command = shlex.split(self.block(section, "sh"))
        return running(command, self.folder.parent, self.site_port, cwd=self.folder)

    def _environment(self) -> dict[str, str]:
        programs = Path(sys.executable).parent
        return {
            **os.environ,
            **environment(self.folder, self.database),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "CLONE": str(ROOT),
            "CONSENTINEL_PUBLIC_URL": f"http://127.0.0.1:{self.server_port}",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def _with_ports(self, text: str) -> str:
        text = text.replace(f"127.0.0.1:{SERVER_PORT}", f"127.0.0.1:{self.server_port}")
        text = text.replace(f"http.server {SITE_PORT}", f"http.server {self.site_port}")
        return text.replace(f"localhost:{SITE_PORT}", f"localhost:{self.site_port}")
