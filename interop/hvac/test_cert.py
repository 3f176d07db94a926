"""The settings of the cert auth method, as hvac writes and reads them. Logins, which need TLS, are in interop/cert."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@pytest.fixture
def authority():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clients")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(minutes=1)).not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def test_a_trusted_certificate_is_read_as_it_was_written(root, authority):
    root.sys.enable_auth_method("cert")
    try:
        root.auth.cert.create_ca_certificate_role(name="ml", certificate=authority, allowed_common_names=["a", "b"], token_policies=["default"], token_ttl=600)
        read = root.auth.cert.read_ca_certificate_role("ml")["data"]
        assert read["certificate"].strip() == authority.strip()
        assert read["allowed_common_names"] == ["a", "b"] and read["token_ttl"] == 600 and read["display_name"] == "ml"
        assert root.auth.cert.list_certificate_roles()["data"]["keys"] == ["ml"]
        root.auth.cert.configure_tls_certificate(disable_binding=True)
        assert root.read("auth/cert/config")["data"]["disable_binding"] is True
        root.auth.cert.delete_certificate_role("ml")
        assert root.read("auth/cert/certs/ml") is None
    finally:
        root.sys.disable_auth_method("cert")
