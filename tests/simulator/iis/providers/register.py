# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers the classes of the IIS provider and the performance counters on a machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.iis.host import Iis
from simulator.iis.kinds import Kind
from simulator.iis.providers.base import NAMESPACE, IisProvider
from simulator.iis.providers.computer import ComputerProvider
from simulator.iis.providers.counters import register_counters
from simulator.iis.providers.pools import PoolProvider, pool_names
from simulator.iis.providers.settings import SettingProvider
from simulator.iis.providers.sites import ServerProvider, ServiceProvider, info_class, info_values, site_names


def _below_lm(name: str) -> str:
    return f"/LM/{name}"


def register_classes(iis: Iis, missing_counters: Sequence[str]) -> None:
    """Register everything that IIS brings to WMI."""
    wmi = iis.machine.wmi

    def setting(class_name: str, names: Callable[[], Sequence[str]]) -> None:
        wmi.register(NAMESPACE, SettingProvider(iis, class_name, names, _below_lm))

    wmi.register(NAMESPACE, ComputerProvider(iis))
    wmi.register(NAMESPACE, SettingProvider(iis, "IIsComputerSetting", lambda: ["LM"], lambda _name: "/LM"))
    for kind in iis.kinds:
        prefix = kind.value.prefix
        wmi.register(NAMESPACE, ServerProvider(iis, kind))
        wmi.register(NAMESPACE, ServiceProvider(iis, kind, wmi.provider("root/cimv2", "Win32_Service")))
        wmi.register(NAMESPACE, _info(iis, kind))
        setting(f"{prefix}ServiceSetting", lambda kind=kind: [kind.key])  # type: ignore[misc]
        setting(f"{prefix}ServerSetting", lambda kind=kind: site_names(iis, kind))  # type: ignore[misc]
    if Kind.WEB in iis.kinds:
        wmi.register(NAMESPACE, PoolProvider(iis))
        setting("IIsApplicationPoolSetting", lambda: pool_names(iis))
        setting("IIsWebVirtualDirSetting", lambda: [f"{name}/ROOT" for name in site_names(iis, Kind.WEB)])
    register_counters(iis, missing_counters)


def _info(iis: Iis, kind: Kind) -> IisProvider:
    return IisProvider(iis, info_class(kind), lambda: [f"{kind.key}/Info"], lambda name: info_values(iis, name))
