# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers what IIS 7 brings to WMI on a machine."""

from __future__ import annotations

from simulator.iis7.host import Iis7
from simulator.iis7.providers.associations import register_associations
from simulator.iis7.providers.base import NAMESPACE
from simulator.iis7.providers.counters import register_counters
from simulator.iis7.providers.features import OptionalFeatureProvider, ServerFeatureProvider
from simulator.iis7.providers.parts import (
    ApplicationProvider,
    DirectoryProvider,
    HistoryProvider,
    RedirectionProvider,
    ServerProvider7,
    WorkerProvider,
)
from simulator.iis7.providers.pools import PoolProvider7
from simulator.iis7.providers.sites import SiteProvider
from simulator.iis7.spec import Iis7Spec


def register_classes(iis: Iis7, spec: Iis7Spec) -> None:
    """Register the classes that the installed features bring."""
    register_counters(iis, spec)
    iis.machine.wmi.register("root/cimv2", OptionalFeatureProvider(iis, spec))
    iis.machine.wmi.register("root/cimv2", ServerFeatureProvider(iis, spec))
    if not spec.scripting_tools:
        return
    for provider in (
        SiteProvider(iis),
        PoolProvider7(iis),
        ApplicationProvider(iis),
        DirectoryProvider(iis),
        WorkerProvider(iis),
        ServerProvider7(iis),
        HistoryProvider(iis),
        RedirectionProvider(iis),
    ):
        iis.machine.wmi.register(NAMESPACE, provider)
    register_associations(iis)
