# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the HTTP, TLS and security libraries raise to the errors of this package.

The libraries are optional, so their exceptions are known by name here. Messages are made of what the
operating system and OpenSSL said, never of a library's own text about a request: that could quote secrets.
"""

from __future__ import annotations

import http.client
import importlib
import ssl
import struct
from collections.abc import Iterator

from ..errors import AuthenticationRefused, HostUnreachable
from .channel import AnswerLost
from .guard import Untrustworthy

#: What libraries raise by themselves, or let through, when an answer is cut or damaged.
_BUILT_IN: tuple[type[Exception], ...] = (
    OSError,  # all of requests' exceptions, too
    http.client.HTTPException,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    struct.error,
    ImportError,
)

_NOT_CONNECTED = {
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ConnectTimeout",
    "ProxyError",
    "RetryError",
    "InvalidURL",
    "InvalidSchema",
    "MissingSchema",
    "InvalidProxyURL",
    "gaierror",
    "ConnectionRefusedError",
}
_NOT_AUTHENTICATED = {
    "AuthenticationError",  # winrm and pypsrp
    "InvalidCredentialsError",
    "KerberosExchangeError",
    "MutualAuthenticationError",
    "AuthenticationException",  # requests_credssp
    "InvalidConfigurationException",
}
#: Of the authentication, or, once there is a security context, of the answer.
_SECURITY = {"SpnegoError", "KrbError"}
#: Their texts are about the libraries and settings of the controller.
_SETTINGS = {"WinRMError", "ImportError"}
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
_OLD_TLS = "Windows Server 2003 offers TLS 1.0 at best: prefer HTTP with message encryption there"


def error_types(*names: str) -> tuple[type[Exception], ...]:
    """What sending may raise: the built-in errors and these (``module.Class``), as far as they are installed."""
    found = list(_BUILT_IN)
    for name in names:
        module, _dot, class_name = name.rpartition(".")
        try:
            found.append(getattr(importlib.import_module(module), class_name))
        except (ImportError, AttributeError):
            continue
    return tuple(found)


def translate(error: Exception, endpoint: str, *, sealed: bool) -> HostUnreachable:
    """Say what a failed sending means.

    ``sealed`` says that the session has a security context, so that a failure of the security library
    concerns the answer and not the authentication.
    """
    chain = list(_chain(error))
    names = {base.__name__ for link in chain for base in type(link).__mro__}
    untrustworthy = next((link for link in chain if isinstance(link, Untrustworthy)), None)
    if untrustworthy is not None:
        return AnswerLost(f"{endpoint}: {untrustworthy}")
    tls = next((link for link in chain if isinstance(link, ssl.SSLError)), None)
    if tls is not None:
        return _tls_failure(tls, endpoint)
    if names & _NOT_AUTHENTICATED or (names & _SECURITY and not sealed):
        return AuthenticationRefused(f"{endpoint}: authentication failed: {_first_line(error)}")
    if isinstance(error, PermissionError) and error.errno is None:
        return AuthenticationRefused(f"{endpoint} doesn't offer NTLM authentication")
    if names & _NOT_CONNECTED:
        return HostUnreachable(f"{endpoint} can't be reached: {_cause(chain)}")
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return AnswerLost(f"{endpoint} didn't answer in time")
    if names & {"RequestException", "HTTPException", "ConnectionError", "ProtocolError"}:
        return AnswerLost(f"the connection to {endpoint} was cut: {_cause(chain)}")
    if isinstance(error, UnicodeEncodeError):
        return HostUnreachable(f"{endpoint}: the user name or the password has a character that can't be sent this way")
    if names & _SETTINGS and not sealed:
        return HostUnreachable(f"{endpoint}: {_first_line(error)}")
    return AnswerLost(f"the answer of {endpoint} can't be read ({type(error).__name__})")


def _tls_failure(error: ssl.SSLError, endpoint: str) -> HostUnreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        return HostUnreachable(f"{endpoint}: the certificate of the host can't be trusted: {error.verify_message}")
    if isinstance(error, _BROKEN_TLS):
        return AnswerLost(f"the TLS connection to {endpoint} was cut")
    reason = str(getattr(error, "reason", "") or "")  # absent unless OpenSSL itself raised it
    text = f"{endpoint}: TLS failed ({reason or 'no reason given'}). {_OLD_TLS}"
    handshake = any(word in reason for word in ("VERSION", "PROTOCOL", "HANDSHAKE", "TOO_SMALL", "CIPHER"))
    return HostUnreachable(text) if handshake else AnswerLost(text)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of: arguments, urllib3's reason, cause and context."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        link = waiting.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]


def _cause(chain: list[BaseException]) -> str:
    for link in chain:
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    names = {base.__name__ for link in chain for base in type(link).__mro__}
    if names & {"ConnectTimeoutError", "ConnectTimeout"}:
        return "no connection within the time allowed"
    if "NameResolutionError" in names:
        return "the name can't be resolved"
    return type(chain[-1]).__name__


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
