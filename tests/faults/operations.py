# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work that is cut off at every request: one call of each module that changes something, and the roles.

A role appears as the sequence of its module calls, with the conditions that its tasks have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scenarios.in_process import Host

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

from .operation import Call, Operation, Results, failed
from .operations_iis7 import OPERATIONS as LATER_OPERATIONS


def _web(**options: Any) -> Callable[[], IisSpec]:
    """A Web server, and something in memory that isn't on disk yet."""

    def spec() -> IisSpec:
        sites = [
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=2),
            SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
        ]
        return IisSpec(**{"sites": sites, "unsaved_changes": 2, "start_seconds": 0.2, "stop_seconds": 0.2, **options})

    return spec


def _with_ftp(**options: Any) -> Callable[[], IisSpec]:
    sites = [
        SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=2),
        SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
    ]
    return _web(services=(Kind.WEB, Kind.FTP), sites=sites, **options)


def _backed_up(host: Host) -> None:
    assert not failed(host.run("iis_metabase_backup", name="before", save_first=False))
    host.act("metabase_set", path="/LM", name="MaxBandwidth", value=4711)


def _stopped(site: int) -> Callable[[Host], None]:
    return lambda host: host.act("site_state", kind="web", site=site, state="stopped")


def _paused(site: int) -> Callable[[Host], None]:
    return lambda host: host.act("site_state", kind="web", site=site, state="paused")


def _one(module: str, spec: Callable[[], IisSpec] | None = None, **options: Any) -> Operation:
    return Operation([Call(module, options)], spec or _web())


def _not_at_boot(module: str, **options: Any) -> Operation:
    return Operation([Call(module, options)], _web(), not_at_boot=True)


def _arranged(operation: Operation, arrange: Callable[[Host], None]) -> Operation:
    return Operation(operation.calls, operation.spec, arrange)


# -- the roles ---------------------------------------------------------------------------------------------------

_RESET = {"state": "restarted", "method": "auto", "timeout": 20}


_MODE = {"mode": "worker_process", "timeout": 20, "gate": True}


def _differs(results: Results) -> bool:
    return not results[0]["nothing_to_do"]


def _has_to_restart(results: Results) -> bool:
    return _differs(results) and bool(results[1]["changed"] and results[1]["restart"])


def _has_to_start(results: Results) -> bool:
    return _differs(results) and results[0]["interrupted"] is not None and not _has_to_restart(results)


ISOLATION_MODE_ROLE = Operation(
    [
        Call("iis_preflight", _MODE),
        Call("iis_isolation_mode", {"mode": "worker_process"}, when=_differs),
        Call("iis_service", lambda results: {**_RESET, "name": results[1]["restart"]}, when=_has_to_restart),
        Call("iis_service", {"state": "started", "method": "scm", "timeout": 20}, when=_has_to_start),
        Call("iis_preflight", lambda results: {**_MODE, "running": results[0]["running"]}, when=_differs),
    ],
    _with_ftp(iis5_mode=True),
)

SAFE_RESTART_ROLE = Operation(
    [
        Call("iis_preflight", {"timeout": 20, "gate": True}),
        Call("iis_service", {**_RESET, "drain_timeout": 30}),
        Call("iis_preflight", lambda results: {"running": results[0]["running"], "timeout": 20, "gate": True}),
    ],
    _with_ftp(),
)

OPERATIONS: Mapping[str, Operation] = {
    "info": _one("iis_info", gather_subset=["services", "recovery", "sites", "isolation_mode", "metabase", "reset"]),
    "facts": _one("iis_facts"),
    "preflight": _one("iis_preflight", _with_ftp(iis5_mode=True), mode="worker_process", timeout=20),
    "preflight as a proof": _one(
        "iis_preflight", _with_ftp(), running={"services": ["iisadmin", "w3svc"], "sites": ["W3SVC/1"]}, timeout=20
    ),
    "service restart by scm": _one("iis_service", _with_ftp(), state="restarted", method="scm", timeout=20),
    "service restart by iisreset": _one("iis_service", _with_ftp(), state="restarted", method="iisreset", timeout=20),
    "service restart, drained": _one(
        "iis_service", state="restarted", method="scm", timeout=20, drain_timeout=30, name=["w3svc"]
    ),
    "service stop by scm": _one("iis_service", state="stopped", method="scm", timeout=20),
    "service stop by iisreset": _one("iis_service", state="stopped", method="iisreset", timeout=20),
    "service start by scm": _one(
        "iis_service", _web(stopped=("W3SVC", "HTTPFilter", "IISADMIN"), unsaved_changes=0),
        state="started", method="scm", timeout=20,
    ),
    "service start by iisreset": _one(
        "iis_service", _web(stopped=("W3SVC", "HTTPFilter", "IISADMIN"), unsaved_changes=0),
        state="started", method="iisreset", timeout=20,
    ),
    "service pause": _one("iis_service", name=["w3svc"], state="paused", timeout=20),
    "service start mode and recovery": _not_at_boot(
        "iis_service", name=["w3svc"], start_mode="manual", recovery={"actions": [{"action": "restart", "delay": 30}]}
    ),
    "reboot": _one("iis_service", state="rebooted", timeout=300),
    "site stop": _one("iis_site", name="Shop", state="stopped"),
    "site start": _arranged(_one("iis_site", name="Shop", state="started"), _stopped(2)),
    "site pause": _one("iis_site", id=2, state="paused"),
    "site continue": _arranged(_one("iis_site", id=2, state="started"), _paused(2)),
    "site restart": _one("iis_site", name="Shop", state="restarted"),
    "site auto start": _not_at_boot("iis_site", id=2, auto_start=False),
    "isolation mode": _one("iis_isolation_mode", mode="iis5"),
    "metabase save": _one("iis_metabase_save"),
    "metabase save with a backup": _one("iis_metabase_save", backup="nightly"),
    "metabase backup": _one("iis_metabase_backup", name="nightly", password="Geheim-4711"),
    "metabase backup deleted": _arranged(_one("iis_metabase_backup", name="before", state="absent"), _backed_up),
    "metabase restore": _arranged(
        _one("iis_metabase_backup", name="before", state="restored", timeout=30), _backed_up
    ),
    "metabase settings": _one("iis_metabase_settings", edit_while_running=True, history=True, max_history_files=5),
    "pool stop": _one("iis_app_pool", name="DefaultAppPool", state="stopped"),
    "pool recycle": _one("iis_app_pool", name="DefaultAppPool", state="recycled"),
    "pools recycle": _one("iis_app_pool", names=["all"], state="recycled"),
    "reset access": _one("iis_reset_access", state="disabled"),
    "role isolation_mode": ISOLATION_MODE_ROLE,
    "role safe_restart": SAFE_RESTART_ROLE,
    **LATER_OPERATIONS,
}  # fmt: skip
