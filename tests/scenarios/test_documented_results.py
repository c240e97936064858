# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return is what RETURN says: nothing that isn't documented, and all that is.

Each module is brought into the situations that its documentation distinguishes.
"""

from __future__ import annotations

import functools

import pytest
from documentation.returned import MODULES, complaints, names, seen

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec

from .in_process import METABASE
from .killing import killed_when

#: Documented values that none of the situations below brings about, with the reason. They are checked where they occur.
ELSEWHERE = {
    ("iis_metabase_save", "needed"): "takes IIS 7 or later: test_iis7",
    **{
        ("iis_info", f"version.features.{name}"): "takes IIS 7 or later: test_iis7"
        for name in ("scripting_tools", "metabase", "wmi_compatibility", "request_monitor")
    },
    ("iis_service", "brought_back"): "takes a service that hangs: test_restarts_that_go_wrong",
}


def host() -> IisSpec:
    return IisSpec(
        services=tuple(Kind),
        sites=[
            SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=2),
            SiteSpec(2, "Twin", bindings=(BindingSpec(8080),)),
            SiteSpec(3, "Twin", bindings=(BindingSpec(8081),)),
            SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
        ],
        pools=(PoolSpec("DefaultAppPool"),),
    )


def preflights(web):
    yield web.run("iis_preflight", mode="worker_process")
    yield web.run("iis_preflight", mode="iis5")
    before = web.run("iis_preflight")
    yield before
    with killed_when(lambda: web.service("W3SVC") == "Stopped"):
        web.run("iis_service", state="restarted", method="scm")
    yield web.run("iis_preflight")
    web.run("iis_service", state="started")
    yield web.run("iis_preflight", running=before["running"])
    yield web.run("iis_preflight", app_pools=["all"])
    yield web.run("iis_preflight", running={"services": ["ftpsvc"], "sites": []}, gate=True)


@pytest.fixture
def situations(start, tmp_path):
    """For each module, the results in all situations."""
    web = start(host())

    def app_pool():
        yield web.run("iis_app_pool", name="DefaultAppPool", state="recycled")
        yield web.check("iis_app_pool", name="DefaultAppPool", state="stopped")
        yield web.run("iis_app_pool", name="Shop", state="started")
        yield web.run("iis_app_pool", names=["all"], state="recycled")

    def info():
        yield web.run("iis_info")
        yield web.run("iis_info", gather_subset=["recovery", "reset"])
        web.run("iis_service", state="stopped")
        yield web.run("iis_info")

    def isolation_mode():
        yield web.check("iis_isolation_mode", mode="iis5")
        yield web.run("iis_isolation_mode", mode="iis5")
        yield web.run("iis_isolation_mode", mode="worker_process")

    def metabase_backup():
        yield web.check("iis_metabase_backup", name="deployment")
        yield web.run("iis_metabase_backup", name="deployment", version="next")
        yield web.run("iis_metabase_backup", name="deployment")
        yield web.check("iis_metabase_backup", name="deployment", state="restored")
        yield web.run("iis_metabase_backup", name="deployment", state="restored")
        yield web.run("iis_metabase_backup", name="other", state="restored")
        yield web.run("iis_metabase_backup", name="deployment", state="absent")

    def metabase_save():
        yield web.check("iis_metabase_save")
        yield web.run("iis_metabase_save", backup="before-deployment")
        yield web.check("iis_metabase_save", backup="before-deployment")
        web.act("set_read_only", path=METABASE)
        yield web.run("iis_metabase_save", timeout=1)

    def metabase_settings():
        yield web.check("iis_metabase_settings", max_history_files=20)
        yield web.run("iis_metabase_settings", max_history_files=20)
        yield web.run("iis_metabase_settings", history=False, edit_while_running=True)

    def probe():
        yield web.run("iis_probe", shell=True, writes=True, transcript=str(tmp_path / "probe.json"))
        yield web.check("iis_probe")

    def reset_access():
        for state in ("disabled", "disabled", "enabled"):
            yield web.check("iis_reset_access", state=state)
            yield web.run("iis_reset_access", state=state)

    def service():
        yield web.check("iis_service", state="restarted")
        yield web.run("iis_service", state="restarted", drain_timeout=5, drain_on_timeout="proceed")
        yield web.run("iis_service", state="started")
        actions = [{"action": "restart", "delay": 1}, {"action": "none"}]
        yield web.run("iis_service", name="w3svc", recovery={"actions": actions}, start_mode="manual")
        yield web.run("iis_service", name="w3svc", state="paused")
        yield web.run("iis_service", state="rebooted")
        web.run("iis_reset_access", state="disabled")
        yield web.run("iis_service", state="restarted")

    def site():
        yield web.check("iis_site", id=1, state="stopped")
        yield web.run("iis_site", id=1, state="paused")
        yield web.run("iis_site", name="Default Web Site", state="started", auto_start=True)
        yield web.run("iis_site", name="Twin", state="started")
        yield web.run("iis_site", name="Shop", state="started")

    return {f"iis_{function.__name__}": function for function in (
        app_pool, info, isolation_mode, metabase_backup, metabase_save, metabase_settings, probe, reset_access,
        service, site,
    )} | {"iis_preflight": functools.partial(preflights, web), "iis_facts": lambda: [web.run("iis_facts")]}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_the_results_are_those_that_are_documented(situations, module):
    assert module in situations, f"add the situations of {module} to tests/scenarios/test_documented_results.py"
    results = list(situations[module]())

    assert [complaint for result in results for complaint in complaints(module, result)] == []
    assert not any(result.get("unreachable") for result in results), results
    missing = names(module) - set().union(*(seen(module, result) for result in results))
    assert missing == {name for of, name in ELSEWHERE if of == module}
