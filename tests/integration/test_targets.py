# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets on simulated hosts, each on a fleet of its own."""

from __future__ import annotations

import copy
import os
import subprocess
import time
from dataclasses import replace

import pytest

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.scenario import HostSpec, place_host

from .run import about, command, environment, targets

#: Simulated seconds for each real one.
SPEED = 10.0

#: Seconds after which a target is given up.
PATIENCE = 1100

SITES = [
    SiteSpec(1, "Default Web Site", bindings=(BindingSpec(80),), sessions=2),
    SiteSpec(2, "Intranet", bindings=(BindingSpec(8080),), state="stopped"),
    SiteSpec(7, 'Shop & "Café" (100 %)', bindings=(BindingSpec(8081, "10.0.0.7", "shop.example.com"),)),
    SiteSpec(1, "Default FTP Site", Kind.FTP, bindings=(BindingSpec(21),)),
    SiteSpec(1, "Default SMTP Virtual Server", Kind.SMTP, bindings=(BindingSpec(25),)),
    SiteSpec(1, "Default NNTP Virtual Server", Kind.NNTP, bindings=(BindingSpec(119),)),
]  # fmt: skip

EVERYTHING = IisSpec(
    services=tuple(Kind),
    sites=SITES,
    pools=(PoolSpec("DefaultAppPool"), PoolSpec("Shop & 'Café'")),
    third_party_services=("Audit",),
)

EVERYTHING = IisSpec(
    services=tuple(Kind),
    sites=SITES,
    pools=(PoolSpec("DefaultAppPool"), PoolSpec("Shop & 'Café'")),
    third_party_services=("Audit",),
)

#: Hosts with everything on them, with both versions of WinRM; and one with no more than the Web service, in IIS 5.0
#: isolation mode.
HOSTS = [
    HostSpec("web01", profile="winrm1.1", iis=EVERYTHING),
    HostSpec("web02", profile="winrm2.0", iis=EVERYTHING),
    HostSpec("web03", profile="winrm2.0", iis=IisSpec(iis5_mode=True)),
]

#: The one that takes longest is first, so that no worker waits for it in the end.
ORDER = sorted(targets(), key=lambda target: target != "iis_service")


@pytest.fixture
def inventory(tmp_path):
    """The inventory of a fresh fleet."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    specs = [replace(copy.deepcopy(spec), address=f"127.41.{worker}.{number}") for number, spec in enumerate(HOSTS, 1)]
    clock = RealClock(time.monotonic, SPEED)
    fleet = Fleet([place_host(spec, clock, tmp_path / "state") for spec in specs], clock, folder=tmp_path / "state")
    path = tmp_path / "inventory.yml"
    with FleetThread(fleet):
        path.write_text(fleet.inventory())
        yield path


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("target", ORDER)
def test_target(target, inventory):
    words = command(target, inventory, destructive=True, reboot=True)

    run = subprocess.run(
        words, env=environment(inventory.parent), cwd=inventory.parent, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("target", ORDER)
def test_a_target_says_what_it_does_to_a_host(target):
    head = f"\n{about(target)}"
    missing = [word for word in ("What it does to the host: ", "Destructive: ") if f"\n{word}" not in head]
    assert missing == [], f"tests/integration/targets/{target}/tasks/main.yml has to begin with comments that say this"
