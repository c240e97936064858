# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded objects of sites and pools, from the configuration.

Classes and members: microsoft/wmi, server2019/root/webadministration; their values in a printed instance of the IIS
team's sample. Numbers of enumerations are those of IIS_schema.xml.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.iis7.apphost import Entry, SiteEntry
from simulator.wmi.model import Instance

_IDENTITIES = {
    "LocalSystem": 0,
    "LocalService": 1,
    "NetworkService": 2,
    "SpecificUser": 3,
    "ApplicationPoolIdentity": 4,
}
_LOG_BITS = {
    "Time": 1,
    "Requests": 2,
    "Schedule": 4,
    "Memory": 8,
    "IsapiUnhealthy": 16,
    "OnDemand": 32,
    "ConfigChange": 64,
    "PrivateMemory": 128,
}
_LOG_FORMATS = {"IIS": 0, "NCSA": 1, "W3C": 2, "Custom": 3}
_PERIODS = {"MaxSize": 0, "Daily": 1, "Weekly": 2, "Monthly": 3, "Hourly": 4}


def span(entry: Entry, path: str) -> timedelta:
    """A span of time."""
    return timedelta(seconds=entry.seconds(path))


def bindings(site: SiteEntry, *, ssl_flags: bool) -> list[Instance]:
    """A site's BindingElements; ``ssl_flags``: IIS 8.0 and later."""
    found = []
    for protocol, information in site.bindings():
        values: dict[str, Any] = {"BindingInformation": information, "Protocol": protocol}
        if ssl_flags:
            values["SslFlags"] = 0
        found.append(Instance("BindingElement", values))
    return found


def site_limits(site: Entry) -> Instance:
    """SiteLimits."""
    return Instance(
        "SiteLimits",
        {
            "ConnectionTimeout": span(site, "limits.connectionTimeout"),
            "MaxBandwidth": site.number("limits.maxBandwidth"),
            "MaxConnections": site.number("limits.maxConnections"),
        },
    )


def site_log(site: Entry) -> Instance:
    """SiteLogFile."""
    return Instance(
        "SiteLogFile",
        {
            "CustomLogPluginClsid": "",
            "Directory": site.text("logFile.directory"),
            "Enabled": site.flag("logFile.enabled"),
            "LocalTimeRollover": site.flag("logFile.localTimeRollover"),
            "LogExtFileFlags": 2199503,
            "LogFormat": _LOG_FORMATS.get(site.text("logFile.logFormat"), 2),
            "Period": _PERIODS.get(site.text("logFile.period"), 1),
            "TruncateSize": site.number("logFile.truncateSize"),
        },
    )


def tracing(site: Entry) -> Instance:
    """TraceFailedRequestsLogging."""
    return Instance(
        "SiteTraceFailedRequestsLogging",
        {
            "Directory": site.text("traceFailedRequestsLogging.directory"),
            "Enabled": site.flag("traceFailedRequestsLogging.enabled"),
            "MaxLogFiles": site.number("traceFailedRequestsLogging.maxLogFiles"),
        },
    )


def ftp_server(site: Entry) -> Instance:
    """FtpServerSettings, without its live sessions."""
    return Instance(
        "FtpServerSettings",
        {
            "AllowUTF8": site.flag("ftpServer.allowUTF8"),
            "LastStartupStatus": 0,
            "ServerAutoStart": site.flag("ftpServer.serverAutoStart"),
        },
    )


def application_defaults() -> Instance:
    """ApplicationElementDefaults."""
    return Instance("ApplicationElementDefaults", {"ApplicationPool": "", "EnabledProtocols": "http", "Path": ""})


def directory_defaults() -> Instance:
    """VirtualDirectoryElementDefaults."""
    values = {
        "AllowSubDirConfig": True,
        "LogonMethod": 3,
        "Password": "",
        "Path": "",
        "PhysicalPath": "",
        "UserName": "",
    }
    return Instance("VirtualDirectoryElementDefaults", values)


def process_model(pool: Entry, *, clear_passwords: bool) -> Instance:
    """ProcessModelSettings."""
    return Instance(
        "ProcessModelSettings",
        {
            "IdentityType": _IDENTITIES.get(pool.text("processModel.identityType"), 4),
            "IdleTimeout": span(pool, "processModel.idleTimeout"),
            "LoadUserProfile": pool.flag("processModel.loadUserProfile"),
            "MaxProcesses": pool.number("processModel.maxProcesses"),
            "Password": pool.text("processModel.password") if clear_passwords else "",
            "PingingEnabled": pool.flag("processModel.pingingEnabled"),
            "PingInterval": span(pool, "processModel.pingInterval"),
            "PingResponseTime": span(pool, "processModel.pingResponseTime"),
            "ShutdownTimeLimit": span(pool, "processModel.shutdownTimeLimit"),
            "StartupTimeLimit": span(pool, "processModel.startupTimeLimit"),
            "UserName": pool.text("processModel.userName"),
        },
    )


def recycling(pool: Entry) -> Instance:
    """RecyclingSettings; the schedule is left out where it is empty, as an empty array is."""
    words = pool.text("recycling.logEventOnRecycle").replace(" ", "").split(",")
    periodic = {
        "Memory": pool.number("recycling.periodicRestart.memory"),
        "PrivateMemory": pool.number("recycling.periodicRestart.privateMemory"),
        "Requests": pool.number("recycling.periodicRestart.requests"),
        "Time": span(pool, "recycling.periodicRestart.time"),
    }
    return Instance(
        "RecyclingSettings",
        {
            "DisallowOverlappingRotation": pool.flag("recycling.disallowOverlappingRotation"),
            "DisallowRotationOnConfigChange": pool.flag("recycling.disallowRotationOnConfigChange"),
            "LogEventOnRecycle": sum(bit for word, bit in _LOG_BITS.items() if word in words),
            "PeriodicRestart": Instance("PeriodicRestartSettings", periodic),
        },
    )


def failure(pool: Entry) -> Instance:
    """ApplicationPoolFailureSettings."""
    return Instance(
        "ApplicationPoolFailureSettings",
        {
            "AutoShutdownExe": pool.text("failure.autoShutdownExe"),
            "LoadBalancerCapabilities": 2 if pool.text("failure.loadBalancerCapabilities") == "HttpLevel" else 1,
            "OrphanWorkerProcess": pool.flag("failure.orphanWorkerProcess"),
            "RapidFailProtection": pool.flag("failure.rapidFailProtection"),
            "RapidFailProtectionInterval": span(pool, "failure.rapidFailProtectionInterval"),
            "RapidFailProtectionMaxCrashes": pool.number("failure.rapidFailProtectionMaxCrashes"),
        },
    )


def cpu(pool: Entry) -> Instance:
    """CpuSettings."""
    return Instance(
        "CpuSettings",
        {
            "Action": 0,
            "Limit": pool.number("cpu.limit"),
            "ResetInterval": span(pool, "cpu.resetInterval"),
            "SmpAffinitized": pool.flag("cpu.smpAffinitized"),
        },
    )
