# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A channel over pywinrm, as Ansible's ``winrm`` connection plugin has configured it (pywinrm 0.4.3 to 0.5)."""

from __future__ import annotations

from typing import Any

from ..errors import HostUnreachable, UnsupportedConnection
from .controller import need_library
from .errors import Attempt, error_types, translate
from .guard import clock_difference, guard_before, guard_session, is_guarded, is_later
from .http_status import credentials_refused, is_soap, refusal
from .proxies import settle_proxies
from .variables import WINRM

#: Keeps ``_connect`` from opening a WinRS shell "so we know we're able to talk to the server".
_PLACEHOLDER = "not a shell"

_ERRORS = error_types(
    "winrm.exceptions.WinRMError",
    "winrm.exceptions.WinRMTransportError",
    "spnego.exceptions.SpnegoError",
    "urllib3.exceptions.HTTPError",
    "kerberos.KrbError",
    "requests_credssp.exceptions.AuthenticationException",
    "requests_credssp.exceptions.InvalidConfigurationException",
)


class WinrmChannel:
    """Sends envelopes through the ``Transport`` of the plugin's ``Protocol``.

    The transport gives the raw answer, while ``Protocol.send_message`` would lose the text of OperationTimeout
    faults. The protocol is looked up every time, since the plugin may replace it.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @property
    def endpoint(self) -> str:
        """The URL of the WS-Management service."""
        return str(self._protocol.transport.endpoint)

    @property
    def operation_timeout(self) -> float:
        """Seconds that the host may take for one operation."""
        return float(self._protocol.operation_timeout_sec)

    @property
    def is_later(self) -> bool:
        """Whether the host said that its Windows is later than Server 2003."""
        return is_later(self._protocol.transport.session)

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        """Send an envelope, return the one that came back; see :class:`~.channel.Channel`."""
        transport = self._protocol.transport
        configured = transport.read_timeout_sec
        healthy = False
        try:
            transport.read_timeout_sec = configured if timeout is None else timeout
            _guard(transport)
            answer: bytes = transport.send_message(envelope)
            healthy = True
        except _ERRORS as error:
            status = getattr(error, "code", None) if type(error).__name__ == "WinRMTransportError" else None
            if status is None:
                raise self._failure(error, transport, configured=timeout is None) from error
            answer = _bytes(getattr(error, "response_text", b""))
            if not is_soap(answer):
                sealed = transport.encryption is not None
                raise refusal(int(status), answer, self.endpoint, WINRM, sealed=sealed) from error
            healthy = True
        finally:
            transport.read_timeout_sec = configured
            if not healthy:
                # Not only is a sealed session spoilt: pywinrm would send in clear over one half set up.
                self.reset()
        return answer

    def reset(self) -> None:
        """Forget the session: sockets and security context."""
        protocol = self._connection.protocol
        if protocol is not None:
            protocol.transport.close_session()
            protocol.transport.encryption = None

    @property
    def _protocol(self) -> Any:
        if self._connection.protocol is None:
            connect(self._connection)
        return self._connection.protocol

    def _failure(self, error: Exception, transport: Any, *, configured: bool) -> HostUnreachable:
        if type(error).__name__ == "InvalidCredentialsError":
            clock = clock_difference(transport.session)
            return credentials_refused(self.endpoint, transport.username, transport.auth_method, WINRM, clock)
        sealed, seconds = transport.encryption is not None, float(transport.read_timeout_sec)
        return translate(error, Attempt(self.endpoint, WINRM, sealed, seconds, seconds, configured))


def connect(connection: Any) -> None:
    """Have the plugin make its ``protocol`` without a WinRS shell, of which WinRM 1.1 grants a user two.

    No message is sent, but for a Kerberos ticket that the plugin manages. With several transports to try in
    turn the shell is how the plugin finds the one that works, so it is left to open it; also if a future
    plugin doesn't know ``shell_id``. What the plugin raises (AnsibleError) passes through.
    """
    if connection.protocol is not None:
        return
    need_library(["winrm"], "pywinrm>=0.4.3")
    transports = connection.get_option("transport") or []
    if list(transports) == ["kerberos"] or (not transports and "@" in (connection.get_option("remote_user") or "")):
        need_library(["kerberos"], "pywinrm[kerberos]")
    several = len(transports) > 1
    if not several and hasattr(connection, "shell_id"):
        connection.shell_id = _PLACEHOLDER
        try:
            connection._connect()
        finally:
            connection.shell_id = None
    if connection.protocol is None:
        connection._connect()
    if connection.protocol is None:
        raise UnsupportedConnection("the winrm connection plugin of this ansible-core gives no WinRM protocol")


def _guard(transport: Any) -> None:
    """Guard the session of the transport, before its first message: the one that sets up the encryption, if any.

    pywinrm 0.5 hands the session to ``setup_encryption``, 0.4 doesn't; both have put it into the transport by then.
    """
    if not is_guarded(transport.setup_encryption):
        transport.setup_encryption = guard_before(transport.setup_encryption, lambda: settle_proxies(transport.session))
    if transport.session is None:
        transport.build_session()
    guard_session(settle_proxies(transport.session))


def _bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8") if isinstance(text, str) else text
