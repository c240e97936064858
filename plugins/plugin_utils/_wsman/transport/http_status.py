# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an HTTP status without a SOAP fault means for WinRM, in an administrator's words."""

from __future__ import annotations

from ..errors import AuthenticationRefused, HostUnreachable
from .channel import AnswerLost, SessionSpoiled
from .variables import Variables

_MEANINGS = {
    403: "access is forbidden (HTTP 403): the account may not use WinRM, or a client certificate is missing",
    404: "no WinRM listener answers there (HTTP 404): check the address, the port and the path /wsman",
    405: "what answers there is not WinRM (HTTP 405): check the port and the path /wsman",
    407: "the proxy wants credentials (HTTP 407)",
    413: "the request is too large for the host (HTTP 413)",
    502: "a proxy on the way can't reach the host, or lost its answer (HTTP 502)",
    503: "the Windows Remote Management service is stopped, starting, or at its limits (HTTP 503)",
    504: "a proxy on the way can't reach the host, or gave up waiting for its answer (HTTP 504)",
}
#: What a proxy answers also where the host has taken the request (RFC 9110 15.6.3, 15.6.5).
_OF_A_PROXY = (502, 504)
_UNEXPLAINED = "it refused the request without an explanation (HTTP 500)"
#: Hours, and what they are in seconds, by which the clocks may differ (MS-NLMP 3.2.5.1.2 note 39; RFC 4120 5.2.6).
_CLOCKS = {"ntlm": ("36 hours", 129_600.0), "kerberos": ("5 minutes", 300.0)}
_BASIC = ("basic", "plaintext", "ssl")


def is_soap(body: bytes) -> bool:
    """Whether the body of an HTTP error is an envelope, and so most likely a fault."""
    return b"Envelope" in body[:2048] and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def refusal(status: int, body: bytes, endpoint: str, variables: Variables, *, sealed: bool) -> HostUnreachable:
    """The error for an HTTP status whose body is no envelope: AnswerLost where the host may have got the request."""
    if status == 400:
        return SessionSpoiled(f"{endpoint} couldn't read the request (HTTP 400)")
    if status == 500 and not body.strip():
        if sealed or not endpoint.startswith("http:"):
            return HostUnreachable(f"{endpoint}: {_UNEXPLAINED}: look at the host's System event log")
        return HostUnreachable(
            f"{endpoint}: {_UNEXPLAINED}. That is how a host answers an unencrypted request when AllowUnencrypted is "
            f"false: set {variables.method}: ntlm or kerberos, which encrypt messages, or use HTTPS"
        )
    words = f"{endpoint}: {_MEANINGS.get(status, f'unexpected answer, HTTP {status}')}"
    return AnswerLost(words) if status in _OF_A_PROXY else HostUnreachable(words)


def credentials_refused(
    endpoint: str, user: str | None, method: str, variables: Variables, clock: float | None
) -> AuthenticationRefused:
    """The error for HTTP 401: wrong credentials, or a way to authenticate that the host doesn't allow.

    ``clock`` is by how many seconds the clock of the host is ahead of the controller's, None if that isn't known.
    """
    return AuthenticationRefused(
        f"{endpoint} refused the credentials of {user or 'the current user'} ({method}, HTTP 401): "
        f"{_advice(user or '', method, variables, clock)}"
    )


def _advice(user: str, method: str, variables: Variables, clock: float | None) -> str:
    if method in _BASIC:
        return (
            f"set {variables.method}: ntlm, or check the user name and the password. Basic authentication is off by "
            "default on Windows and takes local accounts only"
        )
    limit, seconds = _CLOCKS.get(method, ("", 0.0))
    if limit and clock is not None and abs(clock) > seconds:
        return f"set the clocks: the host's differs by {abs(clock) / 3600:.1f} hours, and {limit} are allowed"
    if method == "ntlm" and "@" in user:
        return "check the user name and the password, and write a domain account as DOMAIN\\user, not as user@domain"
    return "check the user name and the password"
