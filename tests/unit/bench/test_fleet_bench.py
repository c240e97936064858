# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benches, as far as they need no time of their own: their hosts, and what they say of a straight line."""

from __future__ import annotations

import json
from pathlib import Path

from bench.fleet import CASES, straightness
from bench.host import ADDRESS, NAME, every_kind, make_fleet
from winrm.protocol import Protocol

from simulator.fleet import FleetThread

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"


def test_a_powershell_module_gets_its_answer_in_the_code_page_that_ansible_asks_for(tmp_path):
    with FleetThread(make_fleet(tmp_path, every_kind())) as thread:
        account = thread.fleet.sites[NAME].machine.accounts[0]
        protocol = Protocol(
            f"http://{ADDRESS}:{thread.fleet.port}/wsman", transport="ntlm", username=account.user,
            password=account.password, proxy=None,
        )  # fmt: skip
        shell = protocol.open_shell(codepage=65001)
        command = protocol.run_command(shell, "powershell.exe")
        protocol.send_command_input(shell, command, b"a module", end=True)
        out, _err, code = protocol.get_command_output(shell, command)
    assert (json.loads(out)["name"], code) == ("W3SVC", 0)


def test_every_playbook_is_measured():
    measured = {case.playbook.rpartition(".")[2] for case in CASES} - {""}
    assert measured == {path.stem for path in PLAYBOOKS.glob("*.yml")}


def test_a_line_that_bends_is_named():
    few, many = {"one": 0.010, "other": 0.010, "only among few": 1.0}, {"one": 0.0115, "other": 0.0116}
    _head, one, other = straightness(100, few, 1000, many)
    assert one.split() == ["one", "1.15"]
    assert other.split() == ["other", "1.16", "more", "than", "that"]
