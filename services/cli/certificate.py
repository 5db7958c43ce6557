"""A certificate for the broker of the stack, and the authority that vouches for it. The authority's key is never kept:
whoever steals the broker's folder can make no second certificate."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=825)
"""The longest that common clients take from an authority of one's own."""
RENEWAL = timedelta(days=60)
"""So long before its end a certificate is replaced, at the next start of the stack."""
SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """All as PEM."""

    authority: bytes
    certificate: bytes
    key: bytes = field(repr=False)


def issue(names: tuple[str, ...], now: datetime) -> Issued:
    """A server's certificate for host names and addresses, by an authority made for it alone."""
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _begun("calsync broker authority", root.public_key(), root.public_key(), now)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority = authority.add_extension(_usage(signs=True), critical=True)
    server = _begun("calsync broker", own.public_key(), root.public_key(), now)
    server = server.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    server = server.add_extension(_usage(signs=False), critical=True)
    server = server.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    server = server.add_extension(x509.SubjectAlternativeName([_named(name) for name in names]), critical=False)
    return Issued(
        authority.sign(root, SHA256()).public_bytes(Encoding.PEM),
        server.sign(root, SHA256()).public_bytes(Encoding.PEM),
        own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def worn(certificate: bytes, now: datetime) -> bool:
    """Whether a certificate (PEM) is to be replaced."""
    return now + RENEWAL >= x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def _begun(
    name: str, key: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calsync broker authority")])
    builder = x509.CertificateBuilder(issuer, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
    builder = (
        builder.serial_number(x509.random_serial_number()).not_valid_before(now - SKEW).not_valid_after(now + LIFE)
    )
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs, crl_sign=signs, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
