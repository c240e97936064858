# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same work on hosts with IIS 7 and later, by root/WebAdministration and by appcmd.exe.

What changes sites and pools by either way is tried on both. IIS 7.5 stands in for some of IIS 10 without
root/WebAdministration: appcmd.exe is the same there, and its WinRM answers in other portions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from scenarios.in_process import Host

from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7

from .operation import Call, Operation, Results

_TIMEOUT = 60
#: Clients come as others go where no site can be paused, so the drain ends at its time limit.
_DRAIN = {"drain_timeout": 4, "drain_on_timeout": "proceed"}


def _later(*, tools: bool, **options: Any) -> Iis7Spec:
    """Two Web sites in pools of their own, of which one serves."""
    return Iis7Spec(
        sites=[Site7(1, "Default Web Site", sessions=2), Site7(2, "Shop", (Binding7("*:81:"),), pool="Shop")],
        pools=[Pool7("DefaultAppPool", workers=1), Pool7("Shop", workers=1)],
        scripting_tools=tools,
        start_seconds=0.2,
        stop_seconds=0.2,
        **options,
    )


def _with_ftp(*, tools: bool) -> Iis7Spec:
    """A site that speaks HTTP and FTP."""
    return Iis7Spec(
        sites=[Site7(1, "Default Web Site", (Binding7(), Binding7("*:21:", "ftp")))],
        pools=[Pool7("DefaultAppPool", workers=1)],
        scripting_tools=tools,
        ftp=True,
    )


def _site_stopped(host: Host) -> None:
    host.act("stop_site", site="Shop", lasting=True)


def _pool_stopped(host: Host) -> None:
    host.act("stop_pool", pool="Shop", lasting=True)
    host.wait(5)


def _backed_up(host: Host) -> None:
    """A backup, and then a change."""
    assert not host.run("iis_metabase_backup", name="before").get("failed")
    host.act("set_site", site="Shop", path="limits.maxBandwidth", value="4711")
    host.wait(5)


def _safe_restart() -> list[Call]:
    return [
        Call("iis_preflight", {"timeout": _TIMEOUT, "gate": True}),
        Call("iis_service", {"state": "restarted", "method": "auto", "timeout": _TIMEOUT, **_DRAIN}),
        Call("iis_preflight", _proof),
    ]


def _proof(results: Results) -> Mapping[str, Any]:
    return {"running": results[0]["running"], "timeout": _TIMEOUT, "gate": True}


def _isolation_mode() -> list[Call]:
    """The role finds nothing to do, so that nothing comes after the look."""
    mode = {"mode": "worker_process", "timeout": _TIMEOUT, "gate": True}
    return [
        Call("iis_preflight", mode),
        Call("iis_isolation_mode", {"mode": "worker_process"}, when=lambda results: not results[0]["nothing_to_do"]),
    ]


def _one(module: str, **options: Any) -> list[Call]:
    return [Call(module, options)]


@dataclass(frozen=True)
class _Work:
    """What is asked for, where (``kind`` and whether by appcmd.exe), and what is done to the host before it."""

    calls: Sequence[Call]
    by_wmi: bool = False
    by_appcmd: str = ""
    arrange: Callable[[Host], None] = lambda _host: None


_WORK: Mapping[str, _Work] = {
    "site stop": _Work(_one("iis_site", name="Shop", state="stopped"), by_wmi=True, by_appcmd="iis10"),
    "site stop for the moment": _Work(_one("iis_site", id=2, state="stopped", lasting=False), by_wmi=True),
    "site start": _Work(
        _one("iis_site", name="Shop", state="started"), by_wmi=True, by_appcmd="iis75", arrange=_site_stopped
    ),
    "pool stop": _Work(
        _one("iis_app_pool", name="Shop", state="stopped", timeout=_TIMEOUT), by_wmi=True, by_appcmd="iis75"
    ),
    "pool start": _Work(
        _one("iis_app_pool", name="Shop", state="started", timeout=_TIMEOUT),
        by_wmi=True, by_appcmd="iis10", arrange=_pool_stopped,
    ),
    "pool recycle": _Work(
        _one("iis_app_pool", name="Shop", state="recycled", timeout=_TIMEOUT), by_wmi=True, by_appcmd="iis75"
    ),
    "service restart": _Work(_one("iis_service", state="restarted", timeout=_TIMEOUT), by_wmi=True, by_appcmd="iis10"),
    "service restart by iisreset": _Work(
        _one("iis_service", state="restarted", method="iisreset", timeout=_TIMEOUT), by_wmi=True
    ),
    "service restart, drained": _Work(
        _one("iis_service", name=["w3svc"], state="restarted", timeout=_TIMEOUT, **_DRAIN), by_wmi=True
    ),
    "backup": _Work(_one("iis_metabase_backup", name="nightly"), by_appcmd="iis10"),
    "backup replaced": _Work(
        _one("iis_metabase_backup", name="before", version=0, overwrite=True), by_appcmd="iis10", arrange=_backed_up
    ),
    "backup deleted": _Work(
        _one("iis_metabase_backup", name="before", state="absent"), by_appcmd="iis10", arrange=_backed_up
    ),
    "backup restored": _Work(
        _one("iis_metabase_backup", name="before", state="restored", timeout=_TIMEOUT),
        by_appcmd="iis10", arrange=_backed_up,
    ),
    "role isolation_mode": _Work(_isolation_mode(), by_wmi=True),
    "role safe_restart": _Work(_safe_restart(), by_wmi=True),
}  # fmt: skip

_VERSIONS = {"iis10": "IIS 10", "iis75": "IIS 7.5"}


def _operations() -> Iterator[tuple[str, Operation]]:
    for name, work in _WORK.items():
        if work.by_wmi:
            yield (
                f"IIS 10 by WMI: {name}",
                Operation(work.calls, partial(_later, tools=True), work.arrange, kind="iis10"),
            )
        if kind := work.by_appcmd:
            spec = partial(_later, tools=False)
            yield f"{_VERSIONS[kind]} by appcmd: {name}", Operation(work.calls, spec, work.arrange, kind=kind)
    ftp = _one("iis_site", service="ftp", id=1, state="stopped", lasting=False)
    yield "IIS 10 by WMI: FTP site stop", Operation(ftp, partial(_with_ftp, tools=True), kind="iis10")


OPERATIONS: Mapping[str, Operation] = dict(_operations())
