"""Short-lived certificates for sites on loopback: a throw-away CA and one leaf for all their hosts."""

import datetime
import ipaddress
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consentinel.scanner.demo.loopback import TlsFiles

_LIFETIME = datetime.timedelta(days=7)
# Clocks of browser and machine may differ a little; a certificate of the future is refused.
_BACKDATED = datetime.timedelta(hours=1)


def write_certificate(directory: Path, hosts: Iterable[str]) -> TlsFiles:
    """Write `ca.pem`, `leaf.pem` and `leaf.key` into `directory`, valid for `hosts` (names or addresses)."""
    ca_key, leaf_key = _new_key(), _new_key()
    ca_name = _name("consentinel demo CA")
    ca = _builder(ca_name, ca_name, ca_key).add_extension(x509.BasicConstraints(True, None), critical=True)
    leaf = _builder(_name("consentinel demo"), ca_name, leaf_key).add_extension(
        x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False
    )
    files = TlsFiles(directory / "leaf.pem", directory / "leaf.key", directory / "ca.pem")
    files.ca.write_bytes(_pem(ca.sign(ca_key, hashes.SHA256())))
    files.certificate.write_bytes(_pem(leaf.sign(ca_key, hashes.SHA256())))
    files.key.touch(mode=0o600)
    files.key.write_bytes(_key_pem(leaf_key))
    return files


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFETIME)
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
