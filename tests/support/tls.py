"""Certificates for test servers."""

from collections.abc import Iterable
from pathlib import Path

from consentinel.scanner.demo.certificate import write_certificate
from consentinel.scanner.demo.loopback import TlsFiles


def make_tls_files(directory: Path, hosts: Iterable[str]) -> TlsFiles:
    """Make a CA and a leaf for `hosts` (and the loopback address) in `directory`, which is created."""
    directory.mkdir(parents=True, exist_ok=True)
    return write_certificate(directory, [*sorted(set(hosts)), "localhost", "127.0.0.1"])
