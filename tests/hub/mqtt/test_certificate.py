from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.mqtt.certificate import in_file, valid_until
from tests.servers.certificates import Authority


@pytest.mark.parametrize("until", [datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)])
def test_the_end_of_a_certificate_in_both_forms_of_time(tmp_path: Path, until: datetime) -> None:
    certificate, _ = Authority(tmp_path).issue("x", until=until)
    (der,) = in_file(certificate)
    assert valid_until(der) == until


def test_every_certificate_of_a_file_is_read(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("x")
    chain = tmp_path / "chain.pem"
    chain.write_bytes(key.read_bytes() + certificate.read_bytes() + authority.file.read_bytes())
    assert in_file(chain) == [ssl.PEM_cert_to_DER_cert(file.read_text()) for file in (certificate, authority.file)]


def test_what_is_no_certificate(tmp_path: Path) -> None:
    certificate, key = Authority(tmp_path).issue("x")
    with pytest.raises(ValueError, match="holds no certificate"):
        in_file(key)
    (der,) = in_file(certificate)
    for end in range(100):
        with pytest.raises(ValueError):
            valid_until(der[:end])
