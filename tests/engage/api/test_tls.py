"""TLS: what fails before the handshake is done has sent nothing."""

from __future__ import annotations

import io
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engage.api.errors import Unknown, Unreachable
from engage.api.wire import ListLoad
from tests.engage.api.clients import CONVERSATION_KEY, QUICK, client_of
from tests.engage.api.faulty_server import FaultyServer, close, stall, status


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate of 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform.test")])
    built = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_call_over_tls_arrives(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    text = "over TLS, in more than one record " * 2000

    with FaultyServer(status(200), tls=server_tls) as server:
        client_of(server.origin, tls=trusting).send_message(CONVERSATION_KEY, text)

    assert server.requests[0].form == {"message": [text]}


def test_upload_over_tls_arrives(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    rows = b"+15555551212,Jordan\r\n" * 20_000
    request = ListLoad(de_dupe=True, first_row_headers=False, webhook_url=None, mapped_columns=())

    with FaultyServer(status(200), tls=server_tls) as server:
        client_of(server.origin, tls=trusting).load_list(
            "c1", file_name="May.csv", rows=io.BytesIO(rows), request=request
        )

    assert server.requests[0].parts[2][1] == rows


def test_certificate_nobody_vouches_for_is_unreachable(server_tls: ssl.SSLContext) -> None:
    with FaultyServer(status(200), tls=server_tls) as server, pytest.raises(Unreachable) as caught:
        client_of(server.origin).send_message(CONVERSATION_KEY, "Hello")

    assert caught.value.reason.startswith("agreeing on TLS: certificate refused (")
    assert server.requests == []


def test_certificate_of_another_name_is_unreachable(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with FaultyServer(status(200), tls=server_tls) as server, pytest.raises(Unreachable) as caught:
        client_of(f"https://localhost:{server.port}", tls=trusting).send_message(CONVERSATION_KEY, "Hello")

    assert "certificate refused" in caught.value.reason
    assert server.requests == []


def test_server_without_tls_is_unreachable() -> None:
    with FaultyServer(status(200), reads=False) as server, pytest.raises(Unreachable, match="agreeing on TLS"):
        client_of(f"https://127.0.0.1:{server.port}").send_message(CONVERSATION_KEY, "Hello")


def test_handshake_that_stalls_is_unreachable() -> None:
    with FaultyServer(stall, reads=False) as server, pytest.raises(Unreachable, match="agreeing on TLS: out of time"):
        client_of(f"https://127.0.0.1:{server.port}", QUICK).send_message(CONVERSATION_KEY, "Hello")


def test_silence_after_the_handshake_is_unknown(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    for answer in (close, stall):
        with FaultyServer(answer, tls=server_tls) as server, pytest.raises(Unknown):
            client_of(server.origin, QUICK, tls=trusting).send_message(CONVERSATION_KEY, "Hello")
