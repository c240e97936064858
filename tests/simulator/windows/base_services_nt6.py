# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services that a Server 2008 R2 or a Server 2022 has before anything is added: those that others depend on, and
those that an operator meets.

Names and display names are Microsoft's (win32: services of Windows Server 2008 R2; the security guide for system
services of Windows Server). ASSUMED: which of them run, their dependencies, which of them accept a pause, and that on
Server 2022 every shared service but those of one group runs in a svchost.exe of its own (documented for more than
3.5 GB of memory: "changes to service host grouping in Windows 10", which also says that grouped dependencies stay).
"""

from __future__ import annotations

from simulator.windows.recovery import ActionType, Recovery, RecoveryAction
from simulator.windows.service import StartMode
from simulator.windows.service_rows import Driver, Row

_SYSTEM32 = "C:\\Windows\\system32"
_LSASS = f"{_SYSTEM32}\\lsass.exe"
_LOCAL_SERVICE = "NT AUTHORITY\\LocalService"
_NETWORK_SERVICE = "NT AUTHORITY\\NetworkService"
_AUTO, _MANUAL, _DISABLED = StartMode.AUTO, StartMode.MANUAL, StartMode.DISABLED
_RESTART = Recovery(86_400, (RecoveryAction(ActionType.RESTART, 60_000),) * 2)
_REBOOT = Recovery(0, (RecoveryAction(ActionType.REBOOT, 60_000),))


def _host(group: str) -> str:
    return f"{_SYSTEM32}\\svchost.exe -k {group}"


DRIVERS = (
    Driver("HTTP", "HTTP", f"{_SYSTEM32}\\drivers\\HTTP.sys", _MANUAL),
    Driver("Tcpip", "TCP/IP Protocol Driver", f"{_SYSTEM32}\\drivers\\tcpip.sys", StartMode.BOOT),
    Driver("AFD", "Ancillary Function Driver for Winsock", f"{_SYSTEM32}\\drivers\\afd.sys", StartMode.SYSTEM),
    Driver("NetBT", "NETBT", f"{_SYSTEM32}\\drivers\\netbt.sys", StartMode.SYSTEM),
    Driver("nsiproxy", "NSI Proxy Service Driver", f"{_SYSTEM32}\\drivers\\nsiproxy.sys", StartMode.SYSTEM),
)

_NETSVCS = _host("netsvcs")

ROWS = (
    Row("AppMgmt", "Application Management", _MANUAL, False, _NETSVCS),
    Row("BFE", "Base Filtering Engine", _AUTO, True, _host("LocalServiceNoNetwork"), ("RpcSs",), stop=False),
    Row("BITS", "Background Intelligent Transfer Service", _MANUAL, False, _NETSVCS, ("RpcSs",)),
    Row("CryptSvc", "Cryptographic Services", _AUTO, True, _host("NetworkService"), ("RpcSs",), recovery=_RESTART),
    Row("DcomLaunch", "DCOM Server Process Launcher", _AUTO, True, _host("DcomLaunch"), stop=False, recovery=_REBOOT),
    Row("Dhcp", "DHCP Client", _AUTO, True, _host("LocalServiceNetworkRestricted"), ("nsi", "Tcpip", "Afd")),
    Row("Dnscache", "DNS Client", _AUTO, True, _host("NetworkService"), ("Tcpip", "nsi")),
    Row("EventLog", "Windows Event Log", _AUTO, True, _host("LocalServiceNetworkRestricted"), stop=False),
    Row("EventSystem", "COM+ Event System", _AUTO, True, _host("LocalService"), ("RpcSs",)),
    Row("gpsvc", "Group Policy Client", _AUTO, True, _NETSVCS, ("RpcSs",), stop=False),
    Row("IKEEXT", "IKE and AuthIP IPsec Keying Modules", _MANUAL, False, _NETSVCS, ("BFE",)),
    Row("KeyIso", "CNG Key Isolation", _MANUAL, True, _LSASS, ("RpcSs",)),
    Row("LanmanServer", "Server", _AUTO, True, _NETSVCS, ("SamSs",), pause=True),
    Row("LanmanWorkstation", "Workstation", _AUTO, True, _host("NetworkService"), ("nsi",), pause=True),
    Row("lmhosts", "TCP/IP NetBIOS Helper", _MANUAL, True, _host("LocalServiceNetworkRestricted"), ("NetBT", "Afd")),
    Row("MpsSvc", "Windows Firewall", _AUTO, True, _host("LocalServiceNoNetwork"), ("BFE",), stop=False),
    Row("MSDTC", "Distributed Transaction Coordinator", _AUTO, True, f"{_SYSTEM32}\\msdtc.exe", ("RpcSs", "SamSs")),
    Row("Netman", "Network Connections", _MANUAL, False, _host("LocalSystemNetworkRestricted"), ("RpcSs", "nsi")),
    Row("NlaSvc", "Network Location Awareness", _AUTO, True, _host("NetworkService"), ("RpcSs", "Tcpip", "nsi")),
    Row("nsi", "Network Store Interface Service", _AUTO, True, _host("LocalService"), ("nsiproxy",), stop=False),
    Row("PlugPlay", "Plug and Play", _AUTO, True, _host("DcomLaunch"), stop=False),
    Row("Power", "Power", _AUTO, True, _host("DcomLaunch"), stop=False),
    Row("ProfSvc", "User Profile Service", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row("RemoteRegistry", "Remote Registry", _AUTO, True, _host("regsvc"), ("RpcSs",), account=_LOCAL_SERVICE),
    Row("RpcEptMapper", "RPC Endpoint Mapper", _AUTO, True, _host("RPCSS"), stop=False, account=_NETWORK_SERVICE),
    Row(
        "RpcSs",
        "Remote Procedure Call (RPC)",
        _AUTO,
        True,
        _host("rpcss"),
        ("RpcEptMapper", "DcomLaunch"),
        stop=False,
        account=_NETWORK_SERVICE,
        recovery=_REBOOT,
    ),
    Row("SamSs", "Security Accounts Manager", _AUTO, True, _LSASS, ("RpcSs",), stop=False),
    Row("Schedule", "Task Scheduler", _AUTO, True, _NETSVCS, ("RpcSs", "EventLog"), stop=False),
    Row("seclogon", "Secondary Logon", _MANUAL, False, _NETSVCS, pause=True),
    Row("SENS", "System Event Notification Service", _AUTO, True, _NETSVCS, ("EventSystem",)),
    Row("ShellHWDetection", "Shell Hardware Detection", _AUTO, True, _NETSVCS, ("RpcSs",)),
    Row("Spooler", "Print Spooler", _AUTO, True, f"{_SYSTEM32}\\spoolsv.exe", ("RpcSs", "HTTP"), own=True),
    Row("TermService", "Remote Desktop Services", _MANUAL, True, _host("NetworkService"), ("RpcSs",)),
    Row("TrustedInstaller", "Windows Modules Installer", _MANUAL, False, _host("TrustedInstaller"), own=True),
    Row("VSS", "Volume Shadow Copy", _MANUAL, False, f"{_SYSTEM32}\\vssvc.exe", ("RpcSs",), own=True),
    Row("W32Time", "Windows Time", _AUTO, True, _host("LocalService"), account=_LOCAL_SERVICE),
    Row("Winmgmt", "Windows Management Instrumentation", _AUTO, True, _NETSVCS, ("RpcSs",), pause=True),
    Row(
        "WinRM",
        "Windows Remote Management (WS-Management)",
        _AUTO,
        True,
        _host("NetworkService"),
        ("RpcSs", "HTTP"),
        account=_NETWORK_SERVICE,
    ),
    Row("wuauserv", "Windows Update", _MANUAL, False, _NETSVCS, ("RpcSs",)),
)


def split(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The same services, each in a svchost.exe of its own, as Server 2022 groups them."""
    return tuple(row._replace(image=f"{row.image} -p -s {row.name}") if "svchost" in row.image else row for row in rows)
