# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell's code page does to its commands and their output."""

from __future__ import annotations

import dataclasses

import pytest
from unit.simulator.wire.fakes import FakeMachine
from unit.simulator.wire.requests_xml import NS, SHELL, SHELL_CMD, TRANSFER, body_of, send
from unit.simulator.wire.running import Start
from winrm.protocol import Protocol

from simulator.wire.profile import WINRM_1_1, WINRM_2_0, BrokenUtf8, Profile

LATER = dataclasses.replace(WINRM_2_0, windows=(6, 1))


def run(protocol: Protocol, codepage: int, command: str, *arguments: str) -> tuple[bytes, bytes, int]:
    shell = protocol.open_shell(codepage=codepage)
    answer = protocol.get_command_output(shell, protocol.run_command(shell, command, arguments))
    protocol.close_shell(shell, close_session=False)
    return answer


@pytest.mark.parametrize("profile", [WINRM_1_1, WINRM_2_0])
def test_under_65001_commands_of_an_old_windows_do_nothing(start: Start, profile: Profile) -> None:
    host = start(profile)
    assert run(host.pywinrm(), 65001, "fail") == (b"", b"", 0)
    assert run(host.pywinrm(), 65001, "echo", "x") == (b"", b"", 0)
    assert host.machine.lines == [], "nothing was started"
    assert run(host.pywinrm(), 437, "echo", "x") == (b"x\r\n", b"", 0)


def test_perhaps_only_batch_files_do_nothing(start: Start) -> None:
    host = start(WINRM_1_1, broken_utf8=BrokenUtf8.BATCH_FILES)
    assert run(host.pywinrm(), 65001, "echo", "x") == (b"x\r\n", b"", 0)
    assert run(host.pywinrm(), 65001, "echo", "x.bat") == (b"x.bat\r\n", b"", 0)
    for batch_file in (r"C:\test.cmd", r'"C:\Program Files\a.bat"', "TEST.BAT"):
        assert run(host.pywinrm(), 65001, batch_file, "x") == (b"", b"", 0)
    assert host.machine.lines == ["echo x", "echo x.bat"]


@pytest.mark.parametrize(("profile", "broken"), [(LATER, BrokenUtf8.EVERYTHING), (WINRM_2_0, BrokenUtf8.NOTHING)])
def test_a_later_windows_runs_them_and_perhaps_2003_does(start: Start, profile: Profile, broken: BrokenUtf8) -> None:
    out, _err, _code = run(start(profile, broken_utf8=broken).pywinrm(), 65001, "echo", "Zürich →")
    assert out.decode() == "Zürich →\r\n"


@pytest.mark.parametrize(("codepage", "out"), [(437, b"Z\x81rich ?\r\n"), (1252, b"Z\xfcrich ?\r\n")])
def test_output_comes_in_the_shells_code_page(start: Start, codepage: int, out: bytes) -> None:
    assert run(start().pywinrm(), codepage, "echo", "Zürich →")[0] == out


@pytest.mark.parametrize(("oem", "out"), [(437, b"?\r\n"), (850, b"\xd5\r\n")])
def test_without_an_option_it_is_the_consoles(start: Start, oem: int, out: bytes) -> None:
    machine = FakeMachine()
    machine.oem_code_page = oem
    protocol = start(machine=machine).pywinrm()
    body = f'<r:Shell xmlns:r="{SHELL}"><r:OutputStreams>stdout stderr</r:OutputStreams></r:Shell>'
    answer = body_of(send(protocol, f"{TRANSFER}/Create", SHELL_CMD, body))
    shell = answer.findtext(".//w:Selector", None, NS)
    assert protocol.get_command_output(shell, protocol.run_command(shell, "echo", ["\u0131"]))[0] == out
