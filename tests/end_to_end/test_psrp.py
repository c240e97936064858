# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module by the connection ``psrp`` beside ``winrm``: two equal hosts, the same play, the same of everything."""

from __future__ import annotations

import re

import pytest
import stage
import yaml

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec

#: What a module is asked, and whether that is a change when it is asked again; None: it only reads.
MODULES = {
    "iis_app_pool": ({"name": "DefaultAppPool", "state": "stopped"}, False),
    "iis_facts": ({"filter": ["distribution*", "hostname", "iis_version", "processor*"]}, None),
    "iis_info": ({}, None),
    "iis_isolation_mode": ({"mode": "iis5"}, True),
    "iis_metabase_backup": ({"name": "before"}, False),
    "iis_metabase_save": ({}, False),
    "iis_metabase_settings": ({"history": True, "max_history_files": 30}, False),
    "iis_preflight": ({"mode": "worker_process"}, None),
    "iis_probe": ({"shell": True}, None),
    "iis_reset_access": ({"state": "disabled"}, False),
    "iis_service": ({"state": "restarted"}, True),
    "iis_site": ({"name": "Shop", "state": "stopped"}, False),
}

#: What no two hosts have alike: times, and how often the output of a command must be asked for.
VARYING = {"seconds", "outage_seconds", "requests", "bytes_sent", "bytes_received"}
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")


@pytest.fixture
def pair(start):
    """Two equal hosts with unsaved changes; the second one is reached by psrp."""
    specs = [
        IisSpec(
            services=(Kind.WEB, Kind.FTP),
            sites=[
                SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
                SiteSpec(2, "Shop", bindings=(BindingSpec(8080),)),
            ],
            unsaved_changes=2,
        )
        for _host in range(2)
    ]
    hosts = start(*specs)
    inventory = yaml.safe_load(hosts.ansible.inventory.read_text())
    inventory["web"]["hosts"]["web02"] |= {
        "ansible_connection": "psrp",
        "ansible_psrp_auth": "ntlm",
        "ansible_psrp_protocol": "http",
    }
    hosts.ansible.inventory.write_text(yaml.safe_dump(inventory))
    return hosts


def alike(value, key=""):
    """A result without what differs between any two hosts."""
    if isinstance(value, dict):
        return {name: alike(each, name) for name, each in value.items() if name not in VARYING}
    if isinstance(value, list):
        return [alike(each) for each in value]
    if isinstance(value, str):
        return TIME.sub("TIME", re.sub("web0[12]", "HOST", value, flags=re.IGNORECASE))
    return value


def as_text(value):
    """That as YAML: a difference is shown line by line."""
    return yaml.safe_dump(alike(value))


def requests(host):
    """What a host was asked, without authentication."""
    journal = [entry for entry in host.journal() if entry.action not in ("Auth", "Refused")]
    return [(entry.action, entry.class_name.lower(), entry.method, entry.query) for entry in journal]


def test_no_module_is_left_out():
    assert set(MODULES) == {path.stem for path in (stage.ROOT / "plugins" / "modules").glob("iis_*.py")}


@pytest.mark.parametrize("module", MODULES)
def test_psrp_does_what_winrm_does(pair, module):
    arguments, again = MODULES[module]
    task = {f"fleetops.iis.{module}": arguments}

    run = pair.ansible.playbook([{"name": "first", **task}, {"name": "again", **task}])

    assert run.code == 0, run.output
    for name, status in (("first", "ok" if again is None else "changed"), ("again", "changed" if again else "ok")):
        by_host = {event.host: event for event in run.events if event.task == name}
        assert {event.status for event in by_host.values()} == {status}, run.output
        assert as_text(by_host["web02"].result) == as_text(by_host["web01"].result)
    assert alike(pair[1].truth()["services"]) == alike(pair[0].truth()["services"])
    assert alike(pair[1].iis) == alike(pair[0].iis)


@pytest.mark.parametrize("module", ["iis_site", "iis_service", "iis_isolation_mode"])
def test_psrp_asks_what_winrm_asks_and_opens_no_runspace(pair, module):
    unchanged = {"iis_site": {"id": 1, "state": "started"}, "iis_service": {"name": "all", "state": "started"}}
    run = pair.run(module, **unchanged.get(module, {"mode": "worker_process"}))

    assert run.of("changed") == set(), run.output
    assert requests(pair[1]) == requests(pair[0])
    journal = pair[1].journal()
    assert {entry.action for entry in journal} <= {"Auth", "Enumerate", "Invoke"}
    assert all(entry.sealed for entry in journal if entry.action != "Auth")


def test_psrp_tells_wrong_credentials_and_refusals_as_winrm_does(pair):
    refused = pair.run("iis_site", id=99, state="started")
    assert refused.of("failed") == {"web01", "web02"}
    messages = {event.host: alike(event.result["msg"]) for event in refused.events}
    assert messages["web02"] == messages["web01"]

    wrong = pair.run("iis_site", "-e", "ansible_password=wrong", id=1, state="started")
    assert wrong.of("unreachable") == {"web01", "web02"}, wrong.output
