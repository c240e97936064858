# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated time moves by what happens: a slow machine gives the same seconds as a fast one."""

from __future__ import annotations

import time

import pytest

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.winrm import WinrmChannel
from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import IisSpec
from simulator.iis.switches import Switches
from simulator.scenario import HostSpec
from simulator.windows.service import Service, StartMode
from simulator.wire.service import WinRm

from .conftest import address
from .in_process import World
from .shared_time import OPERATION

#: Real seconds that each request costs a slow controller before it is sent, and a slow host before it is read.
SLOWNESS = 0.02


def hold_the_metabase(host):
    host.act("metabase_hold", seconds=12.0)


def install_a_product(host):
    host.install(
        Service("Agent", "Agent", StartMode.AUTO, ("W3SVC",), image=r"C:\agent.exe", start_seconds=1, stop_seconds=1)
    )


def cut_connections(host):
    host.fault(Rule(Effect.CUT_AFTER, action="Receive"))
    host.fault(Rule(Effect.CUT_BEFORE, action="Enumerate", nth=4))


PLAIN = {"services": (Kind.WEB, Kind.FTP)}
LONG = {**PLAIN, "start_seconds": 20.0, "stop_seconds": 12.0}
WAITS = {"switches": Switches(site_seconds=15.0)}
RETURNS = {"switches": Switches(site_seconds=15.0, methods_return_at_once=True)}

RUNS = {
    "iisreset": (PLAIN, None, "iis_service", {"state": "restarted"}),
    "an iisreset that takes long": (LONG, None, "iis_service", {"state": "restarted"}),
    "an iisreset on a bad line": (PLAIN, cut_connections, "iis_service", {"state": "restarted"}),
    "the SCM": (PLAIN, install_a_product, "iis_service", {"state": "restarted", "method": "scm"}),
    "the SCM with slow services": (LONG, None, "iis_service", {"state": "restarted", "method": "scm"}),
    "a reboot": (PLAIN, None, "iis_service", {"state": "rebooted"}),
    "a method that waits": (WAITS, None, "iis_site", {"id": 1, "state": "restarted"}),
    "a method that returns at once": (RETURNS, None, "iis_site", {"id": 1, "state": "restarted"}),
    "a save that waits": ({"unsaved_changes": 1}, hold_the_metabase, "iis_metabase_save", {}),
}


def slow(function):
    def after_a_while(*arguments, **options):
        time.sleep(SLOWNESS)
        return function(*arguments, **options)

    return after_a_while


@pytest.mark.parametrize(("spec", "arrange", "module", "options"), RUNS.values(), ids=RUNS)
def test_a_slow_machine_gives_the_same_seconds(tmp_path, monkeypatch, spec, arrange, module, options):
    def run(folder):
        with World(tmp_path / folder, [HostSpec("web01", address=address(), iis=IisSpec(**spec))]) as world:
            host = world.hosts[0]
            if arrange:
                arrange(host)
            began = host.time.monotonic()
            result = host.run(module, **options)
            requests = [(entry.action, entry.status, entry.time) for entry in host.journal()]
            return result, host.time.monotonic() - began, requests

    result, seconds, requests = run("fast")
    assert result["changed"], result["msg"]

    monkeypatch.setattr(WinRm, "read", slow(WinRm.read))
    monkeypatch.setattr(WinrmChannel, "send", slow(WinrmChannel.send))
    slowly = run("slow")

    if options.get("state") == "rebooted":
        # The host cuts the connection. The controller may notice before or after the operation that was under way has
        # taken its time: that is up to the machine that both run on.
        assert slowly[1] == pytest.approx(seconds, abs=1.5 * OPERATION)
        assert [request[:2] for request in slowly[2]] == [request[:2] for request in requests]
        assert slowly[0].pop("outage_seconds") == pytest.approx(result.pop("outage_seconds"), abs=1.5 * OPERATION)
    else:
        assert slowly[1] == seconds
        assert slowly[2] == requests
    assert slowly[0] == result
