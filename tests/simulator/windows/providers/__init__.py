# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How WMI shows the machine: the classes of root/cimv2 and root/default that are not IIS's own."""

from __future__ import annotations

from simulator.windows.process import Machine
from simulator.windows.providers.data_file import DataFileProvider
from simulator.windows.providers.directory import DirectoryProvider
from simulator.windows.providers.event import NTLogEventProvider
from simulator.windows.providers.network import NetworkAdapterConfigurationProvider
from simulator.windows.providers.process import ProcessProvider
from simulator.windows.providers.registry import StdRegProv
from simulator.windows.providers.service import (
    DriverProvider,
    ServiceProvider,
    TerminalServiceProvider,
    dependent_services,
)
from simulator.windows.providers.system import (
    ComputerSystemProvider,
    OperatingSystemProvider,
    ProcessorProvider,
    TimeZoneProvider,
)
from simulator.wmi.model import CimType, Property

CIMV2 = "root/cimv2"


def register_providers(machine: Machine) -> None:
    """Register the classes of Windows itself. StdRegProv is in root/default; the copy in root/cimv2 came with later
    versions ("obtaining registry data", WmiSdk), ASSUMED to be there on a fully patched host too."""
    wmi = machine.wmi
    wmi.register(CIMV2, ServiceProvider(machine))
    wmi.register(CIMV2, DriverProvider(machine))
    wmi.register_association(
        CIMV2,
        "Win32_DependentService",
        "Antecedent",
        "Dependent",
        lambda: dependent_services(machine),
        bases=("CIM_ServiceServiceDependency", "CIM_Dependency"),
        properties=(Property("TypeOfDependency", CimType.UINT16),),  # ASSUMED: the provider leaves it NULL
    )
    wmi.register(CIMV2, OperatingSystemProvider(machine))
    wmi.register(CIMV2, ComputerSystemProvider(machine))
    wmi.register(CIMV2, ProcessorProvider(machine))
    wmi.register(CIMV2, NetworkAdapterConfigurationProvider(machine))
    wmi.register(CIMV2, TimeZoneProvider(machine))
    wmi.register(CIMV2, DataFileProvider(machine))
    wmi.register(CIMV2, DirectoryProvider(machine))
    if machine.edition.version >= (6, 0):
        wmi.register(CIMV2, TerminalServiceProvider(machine))
    wmi.register(CIMV2, NTLogEventProvider(machine))
    wmi.register(CIMV2, ProcessProvider(machine))
    registry = StdRegProv(machine)
    wmi.register("root/default", registry)
    wmi.register(CIMV2, registry)
