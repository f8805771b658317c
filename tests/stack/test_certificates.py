"""One identity, one folder, one certificate, and none opens another's doors."""

import datetime as dt
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

from deploy.local import certificates

SERVICES = ("gateway", "identity")


@pytest.fixture
def certs(tmp_path: Path) -> Path:
    certificates.issue_all(tmp_path / "certs", SERVICES, ["admin", "operator"])
    return tmp_path / "certs"


def load(certs: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((certs / name / f"{name}.crt").read_bytes())


def purposes(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_each_identity_has_its_folder_and_nothing_of_others(certs):
    names = {folder.name for folder in certs.iterdir()}
    assert names == {
        "authority", "admin", "operator", "broker", "postgres",
        "gateway", "gateway_migrate", "identity", "identity_migrate",
    }  # fmt: skip
    for name in names - {"authority"}:
        keys = {file.name for file in (certs / name).glob("*.key")}
        assert keys == {f"{name}.key"} | ({"staff_context.key"} if name == "gateway" else set())


def test_only_the_owner_may_read(certs):
    for path in [certs, *certs.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, path
        else:
            assert mode == 0o600 or path == certs / "authority" / "ca.pem", path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("identity", {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}),
        ("broker", {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}),
        ("identity_migrate", {ExtendedKeyUsageOID.CLIENT_AUTH}),
        ("operator", {ExtendedKeyUsageOID.CLIENT_AUTH}),
        # It bears the superuser's name: it must not be able to log in with it.
        ("postgres", {ExtendedKeyUsageOID.SERVER_AUTH}),
    ],
)
def test_what_a_certificate_is_good_for(certs, name, expected):
    assert purposes(load(certs, name)) == expected


def test_servers_answer_on_this_machine_alone(certs):
    names = load(certs, "identity").extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert names.value.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_good_certificates_stay(certs):
    before = {path: path.read_bytes() for path in certs.rglob("*.*")}
    assert certificates.issue_all(certs, SERVICES, ["admin", "operator"]) == 0
    assert {path: path.read_bytes() for path in certs.rglob("*.*")} == before


def test_one_that_ends_soon_is_made_anew(certs, monkeypatch):
    monkeypatch.setattr(certificates, "_RENEW_BEFORE", dt.timedelta(days=91))
    assert certificates.issue_all(certs, SERVICES, ["admin", "operator"]) == 8


def test_one_for_other_hosts_is_made_anew(certs):
    made = certificates.issue_all(
        certs, SERVICES, ["admin", "operator"], extra_hosts={"identity": ("identity-1",)}
    )
    assert made == 1


def test_a_new_authority_certifies_everybody_anew(certs):
    old = load(certs, "identity")
    (certs / "authority" / "ca.key").unlink()
    assert certificates.issue_all(certs, SERVICES, ["admin", "operator"]) == 8
    authority = x509.load_pem_x509_certificate((certs / "identity" / "ca.pem").read_bytes())
    load(certs, "identity").verify_directly_issued_by(authority)
    assert load(certs, "identity") != old


def test_the_gateway_alone_can_sign_and_everybody_can_check(certs):
    key = serialization.load_pem_private_key(
        (certs / "gateway" / "staff_context.key").read_bytes(), None
    )
    assert isinstance(key, Ed25519PrivateKey)
    signature = key.sign(b"context")
    for service in SERVICES:
        public = serialization.load_pem_public_key(
            (certs / service / "staff_context.pem").read_bytes()
        )
        assert isinstance(public, Ed25519PublicKey)
        public.verify(signature, b"context")
