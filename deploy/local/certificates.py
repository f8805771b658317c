"""The stack's certificate authority, a certificate for each identity, and the staff-context key.

One name is one identity everywhere: Kafka principal, database role and HTTPS peer. Each has a
folder of its own, ``certs/<name>/`` with ``ca.pem``, ``<name>.crt`` and ``<name>.key`` (EC P-256,
PKCS#8, which Kafka, PostgreSQL and Python all read); nothing in it opens another's doors. The
authority's own key stays in ``certs/authority/``.
"""

import datetime as dt
import ipaddress
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

HERE = ("localhost", "127.0.0.1")
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH

_PEM = serialization.Encoding.PEM
_AUTHORITY_LIFE = dt.timedelta(days=3650)
_LIFE = dt.timedelta(days=90)
_RENEW_BEFORE = dt.timedelta(days=30)


class Authority:
    """A small certificate authority in a folder; made when there is none yet."""

    def __init__(self, folder: Path, name: str = "Nenkin local authority") -> None:
        private_folder(folder)
        key_file, self._file = folder / "ca.key", folder / "ca.pem"
        if not self._file.exists() or not key_file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            extensions: list[tuple[x509.ExtensionType, bool]] = [
                (x509.BasicConstraints(ca=True, path_length=0), True),
                (_usage(authority=True), True),
                (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            ]
            made = _certificate(name, name, key.public_key(), _AUTHORITY_LIFE, extensions, key)
            write(key_file, _private_pem(key), 0o600)
            write(self._file, made.public_bytes(_PEM), 0o644)
        loaded = serialization.load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key_file}: not an elliptic-curve key")
        self._key = loaded
        self.pem = self._file.read_bytes()
        self._certificate = x509.load_pem_x509_certificate(self.pem)

    def issue(
        self,
        folder: Path,
        name: str,
        *,
        hosts: Sequence[str] = (),
        purposes: Sequence[ObjectIdentifier] = (CLIENT,),
    ) -> bool:
        """Give ``name`` a key and certificate in ``folder``; ``False`` when it has a good one.

        ``hosts`` are the DNS names and IP addresses it answers on as a server. Also writes
        ``<name>.pem``, key and certificate in one, for servers: Kafka wants it so.
        """
        private_folder(folder)
        write(folder / "ca.pem", self.pem, 0o600)
        certificate_file = folder / f"{name}.crt"
        if (folder / f"{name}.key").exists() and self._still_good(certificate_file, hosts):
            return False
        key = ec.generate_private_key(ec.SECP256R1())
        extensions: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(authority=False), True),
            (x509.ExtendedKeyUsage(purposes), False),
            # Python 3.13's default context insists on this one.
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False),
        ]
        if hosts:
            extensions.append((_alternative_names(hosts), False))
        issuer = _common_name(self._certificate)
        made = _certificate(name, issuer, key.public_key(), _LIFE, extensions, self._key)
        pem = made.public_bytes(_PEM)
        write(folder / f"{name}.key", _private_pem(key), 0o600)
        if SERVER in purposes:
            write(folder / f"{name}.pem", _private_pem(key) + pem, 0o600)
        write(certificate_file, pem, 0o600)
        return True

    def _still_good(self, file: Path, hosts: Sequence[str]) -> bool:
        if not file.exists():
            return False
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        if certificate.not_valid_after_utc - dt.datetime.now(dt.UTC) < _RENEW_BEFORE:
            return False
        try:
            certificate.verify_directly_issued_by(self._certificate)
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except (InvalidSignature, ValueError, TypeError):
            return False  # another authority's, from before this one was made
        except x509.ExtensionNotFound:
            return not hosts
        return names.value == _alternative_names(hosts)


def issue_all(
    certs: Path,
    services: Iterable[str],
    clients: Iterable[str],
    *,
    extra_hosts: dict[str, tuple[str, ...]] | None = None,
) -> int:
    """Everything a stack needs below ``certs``; returns how many certificates were made.

    ``services`` are servers and clients, and each gets a ``<service>_migrate`` beside it;
    ``clients`` (operator, admin, upstream) only dial out. ``extra_hosts`` names hosts beside
    ``localhost`` by identity.
    """
    more = extra_hosts or {}
    private_folder(certs)
    authority = Authority(certs / "authority")
    services = tuple(services)

    def issue(name: str, *purposes: ObjectIdentifier) -> bool:
        hosts = (*HERE, *more.get(name, ())) if SERVER in purposes else ()
        return authority.issue(certs / name, name, hosts=hosts, purposes=purposes)

    made = [issue(service, CLIENT, SERVER) for service in services]
    made += [issue(f"{service}_migrate", CLIENT) for service in services]
    made += [issue(name, CLIENT) for name in clients]
    # The broker also dials its own controller. The database server dials nobody: a certificate
    # for servers only cannot log in as the superuser whose name it bears.
    made += [issue("broker", CLIENT, SERVER), issue("postgres", SERVER)]
    staff_context_key(certs / "gateway" / "staff_context.key", [certs / s for s in services])
    return sum(made)


def staff_context_key(private: Path, folders: Iterable[Path]) -> None:
    """The gateway's key for signing staff contexts, and its public half for every service."""
    if not private.exists():
        write(private, _private_pem(ed25519.Ed25519PrivateKey.generate()), 0o600)
    loaded = serialization.load_pem_private_key(private.read_bytes(), None)
    public = loaded.public_key().public_bytes(_PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for folder in folders:
        write(folder / "staff_context.pem", public, 0o600)


def private_folder(folder: Path) -> None:
    """Make the folder, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def write(path: Path, data: bytes, mode: int) -> None:
    """Write a file whole or not at all, never readable by others even for a moment."""
    if path.exists() and path.read_bytes() == data:
        return
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
    new.replace(path)


def _certificate(
    subject: str,
    issuer: str,
    public: ec.EllipticCurvePublicKey,
    life: dt.timedelta,
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + life)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _alternative_names(hosts: Iterable[str]) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    return x509.SubjectAlternativeName(names)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(certificate: x509.Certificate) -> str:
    value = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return value if isinstance(value, str) else value.decode()


def _private_pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
