# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IIS 7 and later have no isolation modes: Web sites always run in worker processes.

That is what worker process isolation mode is in IIS 6, so a playbook that asks for it finds it in effect.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..context import Context
from ..model.isolation import W3SVC, IsolationMode, Mode
from ..outcome import IisError
from ..windows.services import Service, ServiceState, read_services

_ONLY_ONE = (
    "This host runs IIS 7 or later, which has no isolation modes: Web sites always run in worker processes. The "
    "isolation mode exists in IIS 6.0 (Windows Server 2003) only."
)


class Iis7IsolationModes:
    """Worker processes, and nothing else; see :class:`~..server.IsolationModes`."""

    def read(self, context: Context, services: Mapping[str, Service] | None = None) -> IsolationMode:
        """The mode runs while W3SVC does: one request, none with the services."""
        w3svc = (services if services is not None else read_services(context, [W3SVC])).get(W3SVC)
        runs = w3svc is not None and w3svc.state is not ServiceState.STOPPED
        return IsolationMode(Mode.WORKER_PROCESS, Mode.WORKER_PROCESS if runs else None, None)

    def read_running(self, context: Context) -> Mode | None:  # noqa: ARG002
        """There is no other."""
        return Mode.WORKER_PROCESS

    def check(self, context: Context) -> None:  # noqa: ARG002
        """Raise IisError: no other mode can be configured."""
        raise IisError(_ONLY_ONE)

    def configure(self, context: Context, mode: Mode) -> None:  # noqa: ARG002
        """Raise IisError: no other mode can be configured."""
        raise IisError(_ONLY_ONE)
