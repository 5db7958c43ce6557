"""A certificate authority for one folder and one server certificate, so that clients can check whom they talk to.
The authority's key is thrown away at once: a lost server key can vouch for nobody else."""

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.sandbox.journal import write

_YEARS = timedelta(days=3 * 365)
_MARGIN = timedelta(days=7)


def context(folder: Path, names: tuple[str, ...], at: datetime) -> ssl.SSLContext:
    """The server's TLS settings; makes `ca.pem`, `server.pem` and `server.key` when they do not serve these names."""
    if not _serves(folder, names, at):
        _make(folder, names, at)
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(folder / "server.pem", folder / "server.key")
    return made


def _serves(folder: Path, names: tuple[str, ...], at: datetime) -> bool:
    if not all((folder / name).exists() for name in ("ca.pem", "server.pem", "server.key")):
        return False
    server = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    known = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(map(_name, names)) <= set(known) and at + _MARGIN < server.not_valid_after_utc


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(folder: Path, names: tuple[str, ...], at: datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    root = (
        _builder(issuer, issuer, authority.public_key(), authority, at)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority, hashes.SHA256())
    )
    server = (
        _builder(subject, issuer, own.public_key(), authority, at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        .sign(authority, hashes.SHA256())
    )
    key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write(folder / "server.key", key)
    write(folder / "server.pem", server.public_bytes(serialization.Encoding.PEM))
    write(folder / "ca.pem", root.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + _YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
