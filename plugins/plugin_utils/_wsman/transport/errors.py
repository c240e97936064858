# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the HTTP, TLS and security libraries raise to the errors of this package.

The libraries are optional, so their exceptions are known by name here. Messages are made of what the
operating system and OpenSSL said, never of a library's own text about a request: that could quote secrets.
"""

from __future__ import annotations

import errno
import http.client
import importlib
import ssl
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import AuthenticationRefused, HostUnreachable
from .channel import AnswerLost
from .controller import kerberos_remedy, refused_algorithms
from .guard import Untrustworthy
from .variables import Variables

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
#: What cryptography raises for an algorithm that OpenSSL refuses.
_REFUSED_ALGORITHM = ("cryptography.exceptions.UnsupportedAlgorithm", "cryptography.exceptions.InternalError")

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
#: What a refused algorithm comes to, among other things.
_ALGORITHM = _SECURITY | {"UnsupportedAlgorithm", "InternalError", "ValueError"}
#: Their texts are about the libraries and settings of the controller.
_SETTINGS = {"WinRMError", "ImportError"}
_BROKEN_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
#: OpenSSL's reasons for an answer that isn't TLS at all.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
_PORTS = "WinRM 1.1 listens on port 80 (https: 443), WinRM 2.0 and later on 5985 (https: 5986)"


@dataclass(frozen=True)
class Attempt:
    """A message that couldn't be sent, or wasn't answered.

    ``sealed`` says that the session has a security context, so that a failure of the security library
    concerns the answer and not the authentication. ``connect_seconds`` and ``read_seconds`` are its time-outs;
    ``configured`` says that they are those of the connection, and not this message's own.
    """

    endpoint: str
    variables: Variables
    sealed: bool
    connect_seconds: float
    read_seconds: float
    configured: bool = True

    def time(self, seconds: float, variable: str) -> str:
        """A time-out, and the variable that sets it."""
        return f"{seconds:g} s ({variable})" if self.configured else f"{seconds:g} s"


def error_types(*names: str) -> tuple[type[Exception], ...]:
    """What sending may raise: the built-in errors and these (``module.Class``), as far as they are installed."""
    found = list(_BUILT_IN)
    for name in (*_REFUSED_ALGORITHM, *names):
        module, _dot, class_name = name.rpartition(".")
        try:
            found.append(getattr(importlib.import_module(module), class_name))
        except (ImportError, AttributeError):
            continue
    return tuple(found)


def translate(error: Exception, attempt: Attempt) -> HostUnreachable:
    """Say what a failed sending means, and what to do."""
    chain = list(_chain(error))
    names = {base.__name__ for link in chain for base in type(link).__mro__}
    endpoint = attempt.endpoint
    untrustworthy = next((link for link in chain if isinstance(link, Untrustworthy)), None)
    if untrustworthy is not None:
        return AnswerLost(f"{endpoint}: {untrustworthy}")
    tls = next((link for link in chain if isinstance(link, ssl.SSLError)), None)
    if tls is not None:
        return _tls_failure(tls, attempt)
    if isinstance(error, UnicodeEncodeError):
        return HostUnreachable(f"{endpoint}: the user name or the password has a character that can't be sent this way")
    if names & _ALGORITHM and (refused := refused_algorithms()):
        return HostUnreachable(
            f"{endpoint}: OpenSSL on this controller refuses {' and '.join(refused)}, which NTLM needs. Run Ansible "
            "where FIPS mode is off and OpenSSL has its legacy provider (unset CRYPTOGRAPHY_OPENSSL_NO_LEGACY)"
        )
    if names & _NOT_AUTHENTICATED or (names & _SECURITY and not attempt.sealed):
        return AuthenticationRefused(f"{endpoint}: authentication failed: {_first_line(error)}{kerberos_remedy(chain)}")
    if isinstance(error, PermissionError) and error.errno is None:
        return AuthenticationRefused(f"{endpoint} doesn't offer NTLM authentication")
    if names & _NOT_CONNECTED:
        return HostUnreachable(f"{endpoint} can't be reached: {_not_connected(chain, names, attempt)}")
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return AnswerLost(
            f"{endpoint} didn't answer within {attempt.time(attempt.read_seconds, attempt.variables.read_timeout)}"
        )
    if names & {"RequestException", "HTTPException", "ConnectionError", "ProtocolError"}:
        return AnswerLost(f"the connection to {endpoint} was cut: {_cause(chain)}{_maybe_tls(attempt)}")
    if names & _SETTINGS and not attempt.sealed:
        return HostUnreachable(f"{endpoint}: {_first_line(error)}")
    return AnswerLost(f"the answer of {endpoint} can't be read ({type(error).__name__})")


def _tls_failure(error: ssl.SSLError, attempt: Attempt) -> HostUnreachable:
    endpoint, scheme = attempt.endpoint, attempt.variables.scheme
    if isinstance(error, ssl.SSLCertVerificationError):
        return HostUnreachable(f"{endpoint}: the certificate of the host can't be trusted: {error.verify_message}")
    if isinstance(error, _BROKEN_TLS):
        return AnswerLost(f"the TLS connection to {endpoint} was cut")
    reason = str(getattr(error, "reason", "") or "")  # absent unless OpenSSL itself raised it
    if reason in _NOT_TLS:
        return HostUnreachable(
            f"{endpoint}: what answers there is not TLS ({reason}): set {scheme}: http for an HTTP listener, or the "
            f"port of the HTTPS one. {_PORTS}"
        )
    text = (
        f"{endpoint}: TLS failed ({reason or 'no reason given'}). Windows Server 2003 offers TLS 1.0 at best: prefer "
        f"{scheme}: http there, over which NTLM and Kerberos encrypt the messages"
    )
    handshake = any(word in reason for word in ("VERSION", "PROTOCOL", "HANDSHAKE", "TOO_SMALL", "CIPHER"))
    return HostUnreachable(text) if handshake else AnswerLost(text)


def _maybe_tls(attempt: Attempt) -> str:
    """An HTTPS listener just hangs up on a message in clear."""
    if attempt.sealed or not attempt.endpoint.startswith("http:"):
        return ""
    return f". If that is the port of an HTTPS listener, set {attempt.variables.scheme}: https"


def _not_connected(chain: list[BaseException], names: set[str], attempt: Attempt) -> str:
    if names & {"NameResolutionError", "gaierror"}:
        return "the name can't be resolved: check ansible_host"
    cause = _cause(chain)
    if any(isinstance(link, OSError) and link.errno == errno.ECONNREFUSED for link in chain):
        return f"{cause}: check ansible_port, and that the service Windows Remote Management runs. {_PORTS}"
    # urllib3 1 makes every failure to connect a ConnectTimeoutError: only one without a cause is one.
    if cause in names & {"ConnectTimeoutError", "ConnectTimeout", "TimeoutError"}:
        time = attempt.time(attempt.connect_seconds, attempt.variables.connect_timeout)
        return f"no connection within {time}: the host is off, or a firewall is in between"
    return cause


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
    """The words of the operating system, or else the name of the innermost error."""
    for link in chain:
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    return type(chain[-1]).__name__


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
