# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Not stopping what carries the connection."""

from __future__ import annotations

from ..server import Family
from ..windows.graph import ServiceGraph
from ..windows.services import StartMode
from .steps import Action, Plan


def tls_problem(family: Family, graph: ServiceGraph, plan: Plan) -> str | None:
    """Why a plan must not be carried out over HTTPS, and what to do instead, or None when it can be.

    ``iisreset /restart`` can: it runs on the host, and what carries TLS comes back when a service that needs it starts.
    """
    if family.tls is None or family.tls.service not in plan.stops:
        return None
    restarts = any(step.action is Action.IISRESET_RESTART for step in plan.steps)
    comes_back = graph.with_dependents([family.tls.service]) & plan.runs
    if restarts and any(graph.services[key].start_mode is StartMode.AUTO for key in comes_back):
        return None
    return family.tls.lockout
