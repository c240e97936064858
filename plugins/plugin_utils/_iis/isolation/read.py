# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the isolation mode of an IIS that has one."""

from __future__ import annotations

from collections.abc import Mapping

from ..context import Context
from ..model.isolation import IsolationMode
from ..server import Feature, IsolationModes, Server
from ..versions import consult
from ..windows.services import Service


def read_isolation_mode(context: Context, services: Mapping[str, Service] | None = None) -> IsolationMode:
    """Read the modes. Raises IisError, also for an IIS that has no isolation modes.

    ``services`` are those of IIS, where they have been read already; that saves one request.
    """
    return consult(context, lambda server: modes_of(server).read(context, services))


def modes_of(server: Server) -> IsolationModes:
    """The isolation modes of an IIS. Raises IisError where it has none."""
    return server.isolation or server.refuse(Feature.ISOLATION_MODES)
