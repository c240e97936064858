# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remote shells: commands, input, output, exit codes, quotas, idle shells."""

from __future__ import annotations

import pytest
import requests
import winrm
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan
from unit.simulator.wire.fakes import ADMINISTRATOR, FakeMachine
from unit.simulator.wire.requests_xml import fault_code
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError

from simulator.clock import VirtualClock
from simulator.wire.profile import WINRM_1_1


def test_output_errors_and_exit_code(host: Running) -> None:
    session = winrm.Session(host.url, auth=("Administrator", ADMINISTRATOR.password), transport="ntlm")
    response = session.run_cmd("echo", ["hello", "world"])
    assert (response.status_code, response.std_out, response.std_err) == (0, b"hello world\r\n", b"")
    response = session.run_cmd("ipconfig")
    assert (response.status_code, response.std_err) == (1, b"'ipconfig' is not recognized\r\n")
    assert host.machine.lines == ["echo hello world", "ipconfig"]
    assert host.journal.actions() == ["Create", "Command", "Receive", "Signal", "Delete"] * 2
    assert host.journal.requests()[1].query == "echo hello world"


def test_input_reaches_the_command(host: Running) -> None:
    protocol = host.pywinrm()
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "cat")
    protocol.send_command_input(shell, command, "one\r\ntwo")
    protocol.send_command_input(shell, command, b"", end=True)
    assert protocol.get_command_output(shell, command) == (b"[one]\r\n[two]\r\n", b"", 0)


def test_pypsrp_runs_a_process(host: Running) -> None:
    with WSMan(
        "127.0.9.1", port=host.thread.fleet.port, ssl=False, auth="ntlm", username="Administrator",
        password=ADMINISTRATOR.password,
    ) as wsman, WinRS(wsman, environment={"COLOUR": "blue"}, codepage=1252) as shell:  # fmt: skip
        assert str(shell.idle_time_out) == "PT180.000S"
        process = Process(shell, "env", ["COLOUR"])
        process.invoke()
        assert (process.rc, process.stdout) == (0, b"blue")
        process.signal(SignalCode.TERMINATE)
        echo = Process(shell, "echo", ["Zürich →"])
        echo.invoke()
        assert echo.stdout.decode("cp1252") == "Zürich ?\r\n", "1252 has no arrow"


def test_output_larger_than_an_envelope(host: Running) -> None:
    protocol = host.pywinrm()
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "big", ["300000"])
    out, _err, code = protocol.get_command_output(shell, command)
    assert (len(out), code) == (300_000, 0)
    assert host.journal.actions().count("Receive") > 2


def test_receive_waits_for_output_until_the_operation_timeout(host: Running) -> None:
    protocol = host.pywinrm(operation_timeout_sec=1, read_timeout_sec=60)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "cat")
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    protocol.send_command_input(shell, command, "one", end=True)
    assert protocol.get_command_output(shell, command) == (b"[one]\r\n", b"", 0)


def test_ctrl_c_ends_a_command(host: Running) -> None:
    with WSMan(
        "127.0.9.1", port=host.thread.fleet.port, ssl=False, auth="ntlm", username="Administrator",
        password=ADMINISTRATOR.password,
    ) as wsman, WinRS(wsman) as shell:  # fmt: skip
        process = Process(shell, "sleep", ["60"])
        process.begin_invoke()
        process.signal(SignalCode.CTRL_C)
        process.end_invoke()
        assert process.rc == -1073741510


@pytest.mark.parametrize(("profile_quota", "old"), [(2, True), (5, False)])
def test_shells_per_user(start: Start, profile_quota: int, old: bool) -> None:
    host = start(WINRM_1_1) if old else start()
    protocol = host.pywinrm()
    shells = [protocol.open_shell() for _time in range(profile_quota)]
    with pytest.raises(WSManFaultError) as caught:
        protocol.open_shell()
    assert fault_code(caught.value) == 2150859173
    expected = ("s:Sender", "w:QuotaLimit") if old else ("s:Receiver", "w:InternalError")
    assert (caught.value.fault_code, caught.value.fault_subcode) == expected
    protocol.close_shell(shells[0], close_session=False)
    assert protocol.open_shell()


def test_winrm_1_1_runs_one_command_per_shell(start: Start) -> None:
    protocol = start(WINRM_1_1).pywinrm()
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "sleep", ["60"])
    with pytest.raises(WSManFaultError) as caught:
        protocol.run_command(shell, "echo", ["x"])
    assert (fault_code(caught.value), caught.value.fault_subcode) == (2150858802, "w:Concurrency")
    protocol.cleanup_command(shell, command)
    command = protocol.run_command(shell, "echo", ["x"])
    with pytest.raises(WSManFaultError):
        protocol.run_command(shell, "echo", ["its output waits"])
    assert protocol.get_command_output(shell, command)[0] == b"x\r\n"
    assert protocol.run_command(shell, "echo", ["x"])


def test_unknown_shells_and_commands(host: Running) -> None:
    protocol = host.pywinrm()
    with pytest.raises(WSManFaultError) as caught:
        protocol.run_command("4283CBDC-3706-415B-88BD-B385F3E51A53", "echo")
    assert fault_code(caught.value) == 2150858843
    assert caught.value.fault_subcode == "w:InvalidSelectors"
    shell = protocol.open_shell()
    with pytest.raises(WSManFaultError) as caught:
        protocol.get_command_output_raw(shell, "4283CBDC-3706-415B-88BD-B385F3E51A53")
    assert fault_code(caught.value) == 2150858843
    command = protocol.run_command(shell, "echo", ["x"])
    protocol.get_command_output(shell, command)
    with pytest.raises(WSManFaultError):
        protocol.get_command_output_raw(shell, command)


def test_an_idle_shell_is_closed(start: Start) -> None:
    clock = VirtualClock()
    host = start(machine=FakeMachine(clock=clock))
    protocol = host.pywinrm()
    shell = protocol.open_shell()
    host.call(lambda: clock.advance(179))
    protocol.cleanup_command(shell, protocol.run_command(shell, "echo", ["x"]))
    host.call(lambda: clock.advance(181))
    with pytest.raises(WSManFaultError):
        protocol.run_command(shell, "echo", ["x"])


def test_shells_can_be_forbidden(start: Start) -> None:
    with pytest.raises(WSManFaultError) as caught:
        start(allow_remote_shell=False).pywinrm().open_shell()
    assert fault_code(caught.value) == 2150859180


def test_an_unknown_code_page_is_refused(host: Running) -> None:
    with pytest.raises(WSManFaultError) as caught:
        host.pywinrm().open_shell(codepage=99999)
    assert fault_code(caught.value) == 2150859072


def test_power_off_refuses_connections_and_ends_shells(host: Running) -> None:
    protocol = host.pywinrm(read_timeout_sec=60, operation_timeout_sec=50)
    shell = protocol.open_shell()
    host.call(lambda: host.machine.power(False))
    with pytest.raises(requests.exceptions.ConnectionError):
        protocol.run_command(shell, "echo")
    host.call(lambda: host.machine.power(True))
    host.call(host.thread.fleet.look)
    with pytest.raises(WSManFaultError):
        host.pywinrm().run_command(shell, "echo")
