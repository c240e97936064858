# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Not stopping what carries the connection.

On Windows Server 2003 the service HTTPFilter (HTTP SSL) speaks TLS for every user of HTTP.sys, WinRM over HTTPS
included. Once it is stopped, no HTTPS connection gets through, so it could not be started again from here.
"""

from __future__ import annotations

from ..windows.graph import ServiceGraph
from ..windows.services import HTTPFILTER, StartMode
from .steps import Action, Plan


def tls_problem(graph: ServiceGraph, plan: Plan) -> str | None:
    """Why a plan must not be carried out over HTTPS, and what to do instead, or None when it can be.

    ``iisreset /restart`` can: it runs on the host, and HTTPFilter comes back when it starts a service that needs it.
    """
    if HTTPFILTER not in plan.stops:
        return None
    restarts = any(step.action is Action.IISRESET_RESTART for step in plan.steps)
    comes_back = graph.with_dependents([HTTPFILTER]) & plan.runs
    if restarts and any(graph.services[key].start_mode is StartMode.AUTO for key in comes_back):
        return None
    return (
        "the connection is HTTPS, which HTTPFilter (HTTP SSL) serves on Windows Server 2003. Once it is stopped, it "
        "can't be started again over HTTPS. Nothing was touched. Connect over HTTP, where NTLM and Kerberos "
        "encrypt the messages, or restart all services with method=iisreset, which runs on the host itself."
    )
