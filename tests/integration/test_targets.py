# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets on simulated hosts, each on a fleet of its own."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.scenario import HostSpec, place_host

from .run import about, command, environment, parts_need, targets

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

#: IIS 7 and later. appcmd prints in a code page that isn't known for certain, so these names are ASCII.
PLAIN = Iis7Spec(
    sites=[
        Site7(1, "Default Web Site", sessions=2),
        Site7(2, "Intranet", (Binding7("*:8080:"),), state="stopped"),
        Site7(7, "Shop & 'Cafe' (100 %)", (Binding7("10.0.0.7:8081:shop.example.com"),), pool="Shop & 'Cafe'"),
    ],
    pools=(Pool7("DefaultAppPool", workers=1), Pool7("Shop & 'Cafe'", workers=1)),
)
#: With root/WebAdministration: an FTP site, and names that WMI takes.
SCRIPTED = Iis7Spec(
    sites=[
        Site7(1, "Default Web Site", sessions=2),
        Site7(3, "Files", (Binding7("*:8082:"), Binding7("*:21:", "ftp"))),
        Site7(7, 'Shop & "Café" (100 %)', (Binding7("10.0.0.7:8081:shop.example.com"),), pool="Shop & 'Café'"),
    ],
    pools=(Pool7("DefaultAppPool", workers=1), Pool7("Shop & 'Café'", workers=1)),
    scripting_tools=True,
    ftp=True,
)
#: What tests/windows/setup.ps1 installs.
OF_SETUP = replace(SCRIPTED, wmi_compatibility=True, legacy_scripts=True, smtp=True)

#: Hosts with everything on them, with both versions of WinRM; one with no more than the Web service, in IIS 5.0
#: isolation mode; and IIS 10 as it is by setup (appcmd), with its WMI classes, and with all that a test host has.
HOSTS = [
    HostSpec("web01", profile="winrm1.1", iis=EVERYTHING),
    HostSpec("web02", profile="winrm2.0", iis=EVERYTHING),
    HostSpec("web03", profile="winrm2.0", iis=IisSpec(iis5_mode=True)),
    HostSpec("core10", kind="iis10", iis7=PLAIN),
    HostSpec("tools10", kind="iis10", iis7=replace(SCRIPTED, request_monitor=True, activators=("NetTcpActivator",))),
    HostSpec("test10", kind="iis10", iis7=OF_SETUP),
]

#: Those that only --thorough adds: each is much like another.
MORE = ("web02", "test10")

#: The one that takes longest is first, so that no worker waits for it in the end.
ORDER = sorted(targets(), key=lambda target: target != "iis_service")


@pytest.fixture
def hosts(request):
    """The hosts to run on."""
    return [host for host in HOSTS if request.config.getoption("--thorough") or host.name not in MORE]


@pytest.fixture
def inventory(hosts, tmp_path):
    """The inventory of a fresh fleet."""
    with _fleet(hosts, tmp_path) as path:
        yield path


@contextmanager
def _fleet(hosts, tmp_path):
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    specs = [replace(copy.deepcopy(spec), address=f"127.41.{worker}.{number}") for number, spec in enumerate(hosts, 1)]
    clock = RealClock(time.monotonic, SPEED)
    fleet = Fleet([place_host(spec, clock, tmp_path / "state") for spec in specs], clock, folder=tmp_path / "state")
    path = tmp_path / "inventory.yml"
    with FleetThread(fleet):
        path.write_text(fleet.inventory())
        yield path


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("target", ORDER)
def test_target(target, hosts, inventory):
    run = _run(
        [*command(target, inventory, destructive=True, reboot=True), "--forks", str(len(hosts))], inventory.parent
    )

    assert run.returncode == 0, run.stdout
    assert "is skipped: " not in run.stdout
    parts = [host.name for host in hosts if parts_need(target) and host.kind == "iis10"]
    assert sorted(
        re.findall(r"^ok: \[(\w+)\] => \{\n +\"msg\": \"\w+ is run without", run.stdout, re.MULTILINE)
    ) == sorted(parts)


def test_a_host_without_iis_is_skipped_and_the_reason_is_noted(tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()

    with _fleet([HostSpec("bare", kind="iis10", iis7=None)], tmp_path) as path:
        run = _run(command("iis_facts", path, notes=notes), tmp_path)

    assert run.returncode == 0, run.stdout
    assert "iis_facts is skipped: no version of IIS" in run.stdout
    assert (notes / "iis_facts.bare").read_text() == "no version of IIS could be read on the host"


@pytest.mark.parametrize("target", ORDER)
def test_a_target_says_what_it_does_to_a_host(target):
    head = f"\n{about(target)}"
    missing = [word for word in ("What it does to the host: ", "Destructive: ") if f"\n{word}" not in head]
    assert missing == [], f"tests/integration/targets/{target}/tasks/main.yml has to begin with comments that say this"


def _run(words, folder):
    return subprocess.run(
        words, env=environment(folder), cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
