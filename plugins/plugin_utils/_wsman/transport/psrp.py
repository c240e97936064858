# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A channel over pypsrp, as Ansible's ``psrp`` connection plugin has configured it."""

from __future__ import annotations

import logging
from typing import Any

from ..errors import UnsupportedConnection
from .controller import need_library
from .errors import Attempt, error_types, translate
from .guard import clock_difference, guard_result, guard_session, is_guarded, is_later
from .http_status import credentials_refused, is_soap, refusal
from .proxies import settle_proxies
from .variables import PSRP

_SILENCE = logging.NullHandler()


class PsrpChannel:
    """Sends envelopes through the HTTP transport of a pypsrp ``WSMan`` object."""

    def __init__(self, wsman: Any) -> None:
        self._wsman = wsman
        # pypsrp logs a traceback of every timeout, and without any handler Python prints it to the screen.
        logging.getLogger("pypsrp").addHandler(_SILENCE)
        self._errors = error_types(
            "pypsrp.exceptions.WinRMError",
            "spnego.exceptions.SpnegoError",
            "urllib3.exceptions.HTTPError",
            "requests_credssp.exceptions.AuthenticationException",
            "requests_credssp.exceptions.InvalidConfigurationException",
        )

    @property
    def endpoint(self) -> str:
        """The URL of the WS-Management service."""
        return str(self._wsman.transport.endpoint)

    @property
    def operation_timeout(self) -> float:
        """Seconds that the host may take for one operation."""
        return float(self._wsman.operation_timeout)

    @property
    def is_later(self) -> bool:
        """Whether the host said that its Windows is later than Server 2003."""
        return is_later(self._wsman.transport.session)

    def send(self, envelope: bytes, timeout: float | None = None) -> bytes:
        """Send an envelope, return the one that came back; see :class:`~.channel.Channel`."""
        transport = self._wsman.transport
        configured = transport.read_timeout
        healthy = False
        try:
            # An attribute, not an argument of send(): pypsrp before 0.9 has none.
            transport.read_timeout = configured if timeout is None else timeout
            _guard(transport)
            answer: bytes = transport.send(envelope)
            healthy = True
        except self._errors as error:
            kind = type(error).__name__
            sealed = transport.encryption is not None
            if kind == "AuthenticationError":
                clock = clock_difference(transport.session)
                raise credentials_refused(self.endpoint, transport.username, transport.auth, PSRP, clock) from error
            if kind != "WinRMTransportError":
                times = (float(transport.connection_timeout), float(transport.read_timeout))
                raise translate(error, Attempt(self.endpoint, PSRP, sealed, *times, timeout is None)) from error
            answer = str(getattr(error, "response_text", "")).encode("utf-8")
            if not is_soap(answer):
                raise refusal(int(getattr(error, "code", 0)), answer, self.endpoint, PSRP, sealed=sealed) from error
            healthy = True
        finally:
            transport.read_timeout = configured
            if not healthy:
                self.reset()
        return answer

    def reset(self) -> None:
        """Forget the session: sockets and security context."""
        transport = self._wsman.transport
        transport.close()
        transport.session = None
        transport.encryption = None


def _guard(transport: Any) -> None:
    if not is_guarded(transport._build_session):
        build = transport._build_session
        transport._build_session = guard_result(lambda: settle_proxies(build()))
    if transport.session is not None:
        guard_session(transport.session)


def connect(connection: Any) -> Any:
    """The ``WSMan`` object of the plugin, or one made of its settings without opening a runspace.

    A runspace is a PowerShell on the host, which Server 2003 may not have. If the plugin's settings can't be
    had, it connects in its own way. What the plugin raises (AnsibleError) passes through.
    """
    if connection.runspace is None:
        need_library(["pypsrp"], "pypsrp")
        try:
            from pypsrp.wsman import WSMan

            connection._build_kwargs()
            return WSMan(**connection._psrp_conn_kwargs)
        except ValueError as error:
            raise UnsupportedConnection(
                f"the psrp connection is not configured in a way that works: {error}"
            ) from error
        except (ImportError, AttributeError, TypeError):
            connection._connect()
    return connection.runspace.connection
