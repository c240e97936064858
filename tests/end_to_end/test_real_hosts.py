# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts that try real hosts, on simulated ones: IIS 6, and IIS 10 with the classes of IIS 6."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
import stage
import yaml

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, SiteSpec
from simulator.iis7.spec import Iis7Spec
from simulator.scenario import HostSpec, place_host

SCRIPTS = stage.ROOT / "tests" / "windows"
_SITES = [
    SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),)),
    SiteSpec(1, "Default SMTP Virtual Server", Kind.SMTP, bindings=(BindingSpec(25),)),
]


@pytest.fixture
def inventory(tmp_path):
    """A host of each kind."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    specs = [
        HostSpec("iis6", address=f"127.45.{worker}.1", iis=IisSpec(services=(Kind.WEB, Kind.SMTP), sites=_SITES)),
        HostSpec("iis10", address=f"127.45.{worker}.2", kind="iis10", iis7=Iis7Spec(wmi_compatibility=True)),
    ]
    clock = RealClock(time.monotonic, 10.0)
    fleet = Fleet([place_host(spec, clock, tmp_path / "state") for spec in specs], clock)
    path = tmp_path / "inventory.yml"
    with FleetThread(fleet):
        path.write_text(fleet.inventory())
        yield path


def test_hosts_are_tried_and_the_summary_says_what_holds_where(inventory, tmp_path):
    folder = tmp_path / "results"
    environment = {**os.environ, "PYTHON": sys.executable, "ANSIBLE_HOME": str(tmp_path / "ansible")}
    command = [SCRIPTS / "try.sh", inventory, folder, "iis_isolation_mode"]

    run = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )

    assert run.returncode == 0, run.stdout
    summary = (folder / "summary.md").read_text()
    assert len(re.findall(r"^## Request shapes: host-\d$", summary, re.MULTILINE)) == 2
    assert summary.count("Ways to IIS: MicrosoftIISv2.") == 2
    assert "| query IIsWebInfo | holds |" in summary
    assert re.search(r"\| query Site \| \w+ \| ERROR_WSMAN_RESOURCE_NOT_FOUND \|.*Invalid namespace", summary)
    assert "| iis_isolation_mode | passed |" in summary
    assert "| skipped | the host" not in summary
    assert summary.count("Differences between the host and the simulator: 0.") == 2


def test_the_inventory_of_a_host_has_no_password_in_it(tmp_path):
    path = tmp_path / "windows.yml"

    subprocess.run([SCRIPTS / "inventory.sh", path, "127.0.0.1", "5985", "fleet"], check=True)

    host = yaml.safe_load(path.read_text())["all"]["hosts"]["windows"]
    assert host["ansible_host"] == "127.0.0.1"
    assert host["ansible_winrm_transport"] == "ntlm"
    assert "IIS_TEST_PASSWORD" in host["ansible_password"]
