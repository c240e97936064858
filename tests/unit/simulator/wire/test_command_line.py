# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator`` as a person runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import fields
from pathlib import Path

import requests
import winrm
import yaml

from simulator.__main__ import _arguments, _specs
from simulator.wire.profile import Continuation, ListedShells, WireOptions

TESTS = Path(__file__).parents[3]


def run(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", *words],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_until_it_is_told_to_stop_and_saves_what_machines_hold(tmp_path: Path) -> None:
    inventory_file = tmp_path / "inventory.yml"
    process = run("--scenario", "demo", "--state", str(tmp_path / "state"), "--inventory", str(inventory_file))
    killer = threading.Timer(30, process.kill)
    killer.start()
    assert process.stderr is not None
    assert process.stdout is not None
    said = process.stderr.readline()
    inventory = yaml.safe_load(inventory_file.read_text())["web"]
    assert list(inventory["hosts"]) == ["web01", "web02", "web03"]
    host = inventory["hosts"]["web02"]
    url = f"http://{host['ansible_host']}:{inventory['vars']['ansible_port']}/wsman"
    session = winrm.Session(url, auth=(host["ansible_user"], host["ansible_password"]), transport="ntlm")
    assert session.run_cmd("echo hello").std_out.strip() == b"hello"
    control = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert control is not None
    truth = requests.get(f"{control[0]}/hosts/web02", timeout=60).json()
    assert truth["iis"]["metabase"]["unsaved_changes"] > 0
    metabase = tmp_path / "state/web02/C/WINDOWS/system32/inetsrv/MetaBase.xml"
    before = metabase.read_bytes()

    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=100)
    killer.cancel()
    assert (process.returncode, err) == (0, "")
    assert out == inventory_file.read_text()
    assert metabase.read_bytes() != before, "the machine was shut down in order, which saves the metabase"
    assert (tmp_path / "state/web02/journal.jsonl").read_text().count("\n") > 5


def test_what_it_does_not_understand() -> None:
    process = run("--scenario", "nothing")
    _out, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert err.startswith("simulator: ")
    process = run("--hosts", "0")
    _out, err = process.communicate(timeout=100)
    assert process.returncode == 2


def test_each_switch_of_the_wire_is_an_option() -> None:
    process = run("--help")
    out, _err = process.communicate(timeout=20)
    for switch in fields(WireOptions):
        assert f"--{switch.name.replace('_', '-')} " in out.replace(",", " ").replace("]", " ")
    process = run("--continuation", "sideways")
    _out, err = process.communicate(timeout=20)
    assert (process.returncode, "--continuation" in err) == (2, True)


def test_options_of_the_command_line_hold_for_all_hosts(tmp_path: Path) -> None:
    scenario = tmp_path / "fleet.yml"
    scenario.write_text("hosts: [{name: a, wire: {listed_shells: own}}, {name: b, wire: {refuse_associators: true}}]")
    words = ["--scenario", str(scenario), "--no-allow-remote-shell", "--continuation", "first_empty"]
    first, second = (spec.wire for spec in _specs(_arguments(words)))
    assert {first.allow_remote_shell, second.allow_remote_shell} == {False}
    assert {first.continuation, second.continuation} == {Continuation.FIRST_EMPTY}
    assert (first.listed_shells, first.refuse_associators) == (ListedShells.OWN, False)
    assert (second.listed_shells, second.refuse_associators) == (ListedShells.ALL, True)


def test_plain_hosts_of_a_later_kind() -> None:
    specs = _specs(_arguments(["--hosts", "2", "--kind", "iis10"]))
    assert [(spec.name, spec.kind, spec.profile) for spec in specs] == [
        ("web001", "iis10", "winrm3.0"),
        ("web002", "iis10", "winrm3.0"),
    ]
