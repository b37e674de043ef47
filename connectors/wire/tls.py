"""TLS to a server: whom the hub trusts, how it shows who it is, and what a failure means.

The files are read at every connection, so that a renewed certificate is used from the next one on.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path

from connectors.wire import secret_file
from connectors.wire.errors import TlsError

REASON_SECONDS = 2.0
NO_TLS = "it seems not to speak TLS on that port; choose its TLS port, mostly 8883, or write mqtt://"

_EXPIRED, _NOT_YET_VALID = 10, 9
_UNKNOWN_AUTHORITY = (2, 7, 18, 19, 20, 21)
"""7: the authority has the right name and another key, as one that was made anew has."""
_OTHER_NAME = (62, 63, 64)


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files. Without `ca` the authorities that this machine trusts are trusted, with it only that one.

    `certificate` is the hub's own, for a server that asks for one, with any that stand between it and its authority;
    `key` is its key, which may stand in the same file.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Verifies the server's certificate and name. `TlsError` where a file will not do."""
        context = self._trusting()
        if self.certificate is not None:
            self._show(context, self.certificate)
        return context

    async def refused(self, host: str, port: int) -> ssl.SSLError | None:
        """Why a server hangs up after the handshake; None where that is not for TLS.

        With TLS 1.3 the server looks at the hub's certificate when the hub is already through. What the hub has sent by
        then makes the server's end a reset, which may take the place of its reason; so nothing is sent here.
        """
        try:
            async with asyncio.timeout(REASON_SECONDS):
                reader, writer = await asyncio.open_connection(host, port, ssl=self.context())
                try:
                    await reader.read(1)
                finally:
                    writer.transport.abort()
        except ssl.SSLError as error:
            return error
        except (OSError, TlsError):
            return None
        return None

    def _trusting(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError:
            raise TlsError("broker_ca_file", f"{self.ca} holds no certificate", "name a file in PEM") from None
        except OSError as error:
            raise _unreadable("broker_ca_file", self.ca, error) from None

    def _show(self, context: ssl.SSLContext, certificate: Path) -> None:
        for setting, file in (("broker_certificate_file", certificate), ("broker_key_file", self.key)):
            try:
                if file is not None:
                    file.open("rb").close()
            except OSError as error:
                raise _unreadable(setting, file, error) from None
        try:
            context.load_cert_chain(certificate, self.key, self._key_password)
        except ssl.SSLError as error:
            raise self._unfit(certificate, error) from None

    def _key_password(self) -> str:
        """OpenSSL asks for it where the key is encrypted; without this it would ask the terminal."""
        if self.key_password_file is None:
            raise TlsError(
                "broker_key_file",
                f"the key in {self.key or self.certificate} has a password",
                "name a file with it in `brokerKeyPasswordFile`",
            )
        try:
            return secret_file.read(self.key_password_file)
        except ValueError as error:
            message, _, fix = str(error).partition("; ")
            raise TlsError("broker_key_password_file", f"{self.key_password_file} {message}", fix) from None

    def _unfit(self, certificate: Path, error: ssl.SSLError) -> TlsError:
        key = self.key or certificate
        if error.reason == "KEY_VALUES_MISMATCH":
            return TlsError(
                "broker_key_file", f"the key in {key} is not that of the certificate in {certificate}", "name its own"
            )
        if self.key_password_file is not None and error.reason in ("BAD_DECRYPT", "BAD_PASSWORD_READ", None):
            return TlsError(
                "broker_key_password_file",
                f"the key in {key} does not open with the password in {self.key_password_file}",
                "write its own password into that file",
            )
        return TlsError(
            "broker_certificate_file",
            f"{certificate} and {key} do not hold a certificate and its key",
            "name files in PEM, the key's with `brokerKeyFile`",
        )


def _unreadable(setting: str, file: Path | None, error: OSError) -> TlsError:
    return TlsError(setting, f"{file} can't be read: {error.strerror}", "let this user read it, or name another file")


def failure(error: ssl.SSLError, tls: Tls) -> str:
    """What a failed handshake means, and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_verified(error, tls)
    reason = error.reason or ""
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST"):
        return NO_TLS
    if "CERTIFICATE_REQUIRED" in reason or (tls.certificate is None and "HANDSHAKE_FAILURE" in reason):
        return "it asks for a certificate of the hub; name it in `brokerCertificateFile` and its key in `brokerKeyFile`"
    if tls.certificate is not None and "ALERT" in reason:
        why = reason.rpartition("ALERT_")[2].replace("_", " ").lower()
        return (
            f"it refuses the hub's certificate {tls.certificate} ({why}); "
            "renew that, or have its authority trusted there"
        )
    return f"TLS failed ({reason or error}); look into its log, and whether both know TLS 1.2 or newer"


def _not_verified(error: ssl.SSLCertVerificationError, tls: Tls) -> str:
    if error.verify_code == _EXPIRED:
        return "its certificate has expired; renew it there, or set this machine's clock"
    if error.verify_code == _NOT_YET_VALID:
        return "its certificate is not valid yet; set the clock of this machine or that of its authority"
    if error.verify_code in _OTHER_NAME:
        return f"{error.verify_message.rstrip('.')}; write a name into `broker` that its certificate has"
    if error.verify_code in _UNKNOWN_AUTHORITY:
        trusted = f"not signed by the authority in {tls.ca}" if tls.ca else "signed by an authority not known here"
        return f"its certificate is {trusted}; name the file with its authority's certificate in `brokerCaFile`"
    return f"its certificate can't be trusted: {error.verify_message}; have it made anew"
