# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an HTTP status without a SOAP fault means for WinRM, in an administrator's words."""

from __future__ import annotations

from ..errors import AuthenticationRefused, HostUnreachable
from .channel import SessionSpoiled

_MEANINGS = {
    403: "access is forbidden (HTTP 403): the account may not use WinRM, or a client certificate is missing",
    404: "no WinRM listener answers there (HTTP 404): check the address, the port and the path /wsman",
    405: "what answers there is not WinRM (HTTP 405): check the port and the path /wsman",
    407: "the proxy wants credentials (HTTP 407)",
    413: "the request is too large for the host (HTTP 413)",
    502: "a proxy on the way can't reach the host (HTTP 502)",
    503: "the Windows Remote Management service is stopped, starting, or at its limits (HTTP 503)",
    504: "a proxy on the way can't reach the host (HTTP 504)",
}
_UNENCRYPTED = (
    "it refused the request without an explanation (HTTP 500). That is how a host answers an unencrypted request "
    "when AllowUnencrypted is false: use message encryption (NTLM, Kerberos or CredSSP) or HTTPS"
)


def is_soap(body: bytes) -> bool:
    """Tell whether the body of an HTTP error is an envelope, and so most likely a fault."""
    return b"Envelope" in body[:2048] and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def refusal(status: int, body: bytes, endpoint: str) -> HostUnreachable:
    """The error for an HTTP status whose body is no envelope. None of these requests was processed."""
    if status == 400:
        return SessionSpoiled(f"{endpoint} couldn't read the request (HTTP 400)")
    if status == 500 and not body.strip():
        return HostUnreachable(f"{endpoint}: {_UNENCRYPTED}")
    return HostUnreachable(f"{endpoint}: {_MEANINGS.get(status, f'unexpected answer, HTTP {status}')}")


def credentials_refused(endpoint: str, user: str | None, method: str) -> AuthenticationRefused:
    """The error for HTTP 401: wrong credentials, or a way to authenticate that the host doesn't allow."""
    advice = "check the user name and the password"
    if method in ("basic", "plaintext", "ssl"):
        advice += "; Basic authentication is off by default on Windows and takes local accounts only"
    return AuthenticationRefused(
        f"{endpoint} refused the credentials of {user or 'the current user'} ({method}, HTTP 401): {advice}"
    )
