"""What a certificate says of itself, read from its bytes: ITU-T X.509 and RFC 5280, 4.1.

Python's `ssl` tells the end of a certificate only where it could be verified, and of one's own not at all.
"""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from pathlib import Path

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def in_file(path: Path) -> list[bytes]:
    """Every certificate in a PEM file, in DER, in their order. `OSError` or `ValueError` where there is none."""
    found = [ssl.PEM_cert_to_DER_cert(text) for text in _PEM.findall(path.read_text(encoding="ascii"))]
    if not found:
        raise ValueError(f"{path} holds no certificate")
    return found


def valid_until(der: bytes) -> datetime:
    """The last moment at which a certificate in DER is valid; `ValueError` where the bytes are none."""
    try:
        _, certificate, _ = _element(der)
        _, fields, _ = _element(certificate)
        kind, content, rest = _element(fields)
        if kind == _VERSION:
            _, _, rest = _element(rest)
        # After the serial number: the signature's algorithm, the issuer, the validity.
        for _ in range(3):
            kind, content, rest = _element(rest)
        _, _, end = _element(content)
        kind, content, _ = _element(end)
        return _time(kind, content.decode("ascii"))
    except IndexError:
        raise ValueError("the certificate is cut short") from None


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """An element's kind and content, and what follows it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise ValueError("the certificate is cut short")
    return data[0], data[start : start + length], data[start + length :]


def _time(kind: int, text: str) -> datetime:
    if kind == _UTC_TIME:
        # RFC 5280, 4.1.2.5.1: two digits of a year, from 1950 to 2049.
        text = ("19" if int(text[:2]) >= 50 else "20") + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("the certificate has no validity where it belongs")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
