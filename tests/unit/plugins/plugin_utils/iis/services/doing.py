# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs what the module iis_service runs, on a model host."""

from __future__ import annotations

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outage.drain import DrainOptions
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.ensure import ensure_service
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.services.options import ServiceOptions


def asked(**options):
    """Options of iis_service, those that aren't given as the module has them."""
    defaults = {
        "name": ("all",),
        "state": None,
        "method": "auto",
        "when_iisreset_disabled": "fail",
        "save": True,
        "save_timeout": 30.0,
        "force": False,
        "timeout": None,
        "drain": None,
        "start_mode": None,
        "recovery": None,
    }
    return ServiceOptions(**{**defaults, **options})


def draining(timeout, *, connections=0, proceed=False):
    """Options of a drain."""
    return DrainOptions(timeout, connections, proceed)


def ensure(host, *, check_mode=False, **options):
    """The outcome, and the operator with what was told."""
    context = host.context(check_mode=check_mode)
    return ensure_service(context, asked(**options)), context.operator


def fails(host, **options):
    """The failure that it ends in."""
    with pytest.raises(IisError) as failure:
        ensure(host, **options)
    return failure.value
