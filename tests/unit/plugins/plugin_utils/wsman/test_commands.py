# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command in a WinRS shell, from Create to Delete."""

from __future__ import annotations

import base64

import pytest
from unit.plugins.plugin_utils.wsman.scripted import NAMESPACES, TIMED_OUT, Time, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    OutcomeUnknown,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CREATED = (
    "<x:ResourceCreated><a:Address>http://host.test:5985/wsman</a:Address><a:ReferenceParameters>"
    f"<w:ResourceURI>{SHELL}/cmd</w:ResourceURI><w:SelectorSet>"
    '<w:Selector Name="ShellId">SHELL-1</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
    "<rsp:Shell><rsp:ShellId>SHELL-1</rsp:ShellId></rsp:Shell>"
)
STARTED = "<rsp:CommandResponse><rsp:CommandId>COMMAND-1</rsp:CommandId></rsp:CommandResponse>"
DELETED = ""
SIGNALLED = "<rsp:SignalResponse/>"


def stream(name, data):
    return f'<rsp:Stream Name="{name}" CommandId="COMMAND-1">{base64.b64encode(data).decode()}</rsp:Stream>'


def received(*streams, exit_code=None):
    state = "Running" if exit_code is None else "Done"
    code = "" if exit_code is None else f"<rsp:ExitCode>{exit_code}</rsp:ExitCode>"
    return (
        f"<rsp:ReceiveResponse>{''.join(streams)}"
        f'<rsp:CommandState CommandId="COMMAND-1" State="{SHELL}/CommandState/{state}">{code}</rsp:CommandState>'
        "</rsp:ReceiveResponse>"
    )


def option(channel, index, name):
    return channel.message(index).findtext(f".//w:Option[@Name='{name}']", "", NAMESPACES)


def test_a_command_gets_a_shell_of_its_own_and_leaves_none():
    host, channel = talk(CREATED, STARTED, received(stream("stdout", b"ok\r\n"), exit_code=0), DELETED)
    result = host.run("iisreset.exe", "/status", timeout=60)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "ok\r\n", "")
    assert channel.actions() == ["Create", "Command", "Receive", "Delete"]
    assert {channel.header(i, "w:ResourceURI") for i in range(4)} == {f"{SHELL}/cmd"}
    assert [channel.message(i).findtext(".//w:Selector[@Name='ShellId']", "", NAMESPACES) for i in (1, 2, 3)] == [
        "SHELL-1"
    ] * 3
    command = channel.body(1).find("rsp:CommandLine", NAMESPACES)
    assert command.findtext("rsp:Command", "", NAMESPACES) == "iisreset.exe"
    assert command.findtext("rsp:Arguments", "", NAMESPACES) == "/status"
    desired = channel.body(2).find("rsp:Receive/rsp:DesiredStream", NAMESPACES)
    assert (desired.text, desired.get("CommandId")) == ("stdout stderr", "COMMAND-1")


def test_no_shell_is_asked_for_utf_8_which_old_windows_runs_nothing_in():
    host, channel = talk(CREATED, STARTED, received(exit_code=0), DELETED)
    host.run("x.exe", timeout=60)
    assert option(channel, 0, "WINRS_CODEPAGE") == "437"


def test_every_receive_lets_an_idle_shell_end():
    host, channel = talk(CREATED, STARTED, TIMED_OUT, received(), received(exit_code=0), DELETED)
    host.run("x.exe", timeout=60)
    assert [option(channel, n, "WSMAN_CMDSHELL_OPTION_KEEPALIVE") for n in range(6)] == [""] * 2 + ["TRUE"] * 3 + [""]


def test_a_program_without_arguments():
    host, channel = talk(CREATED, STARTED, received(exit_code=0), DELETED)
    host.run("hostname.exe", timeout=60)
    assert channel.body(1).find(".//rsp:Arguments", NAMESPACES) is None


def test_output_is_put_together_before_it_is_decoded():
    euro = "€".encode()
    host, _channel = talk(
        CREATED,
        STARTED,
        received(stream("stdout", euro[:1]), stream("stderr", b"x")),
        received(stream("stdout", euro[1:]), stream("stderr", b"y"), exit_code=3),
        DELETED,
    )
    result = host.run("x.exe", timeout=60)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "€", "xy")


def test_a_program_that_writes_in_the_oem_code_page_is_read_in_it():
    host, _channel = talk(CREATED, STARTED, received(stream("stdout", b"\x81ber"), exit_code=0), DELETED)
    assert host.run("x.exe", timeout=60).stdout == "über"


@pytest.mark.parametrize(
    ("wire", "code"), [("2147943458", 2147943458), ("-2147023838", 2147943458), ("-1", 0xFFFFFFFF)]
)
def test_exit_codes_are_unsigned(wire, code):
    host, _channel = talk(CREATED, STARTED, received(exit_code=wire), DELETED)
    assert host.run("x.exe", timeout=60).exit_code == code


def test_an_operation_timeout_means_ask_again():
    host, channel = talk(CREATED, STARTED, TIMED_OUT, TIMED_OUT, received(exit_code=0), DELETED)
    assert host.run("x.exe", timeout=60).exit_code == 0
    assert channel.actions().count("Receive") == 3
    assert channel.resets == 0


def test_the_last_receive_waits_no_longer_than_the_deadline():
    host, channel = talk(CREATED, STARTED, received(exit_code=0), DELETED)
    host.run("x.exe", timeout=5)
    assert channel.header(2, "w:OperationTimeout") == "PT5S"
    assert channel.timeouts[2] == 15


def test_a_program_that_does_not_end_is_terminated_and_its_outcome_unknown():
    host, channel = talk(CREATED, STARTED, *[TIMED_OUT] * 5, SIGNALLED, DELETED, time=Time(step=10))
    with pytest.raises(OutcomeUnknown, match=r"iisreset\.exe.*didn't end in time"):
        host.run("iisreset.exe", timeout=55)
    assert channel.actions()[-2:] == ["Signal", "Delete"]
    signal = channel.body(-2).find("rsp:Signal", NAMESPACES)
    assert signal.get("CommandId") == "COMMAND-1"
    assert signal.findtext("rsp:Code", "", NAMESPACES).endswith("/signal/terminate")


def test_a_connection_that_the_command_cut_is_taken_up_again():
    host, channel = talk(
        CREATED,
        STARTED,
        AnswerLost("cut"),
        HostUnreachable("refused"),
        received(stream("stdout", b"x"), exit_code=0),
        DELETED,
    )
    result = host.run("iisreset.exe", timeout=60)
    assert (result.stdout, result.output_complete) == ("x", False), "the lost answer may have carried output"
    assert channel.resets == 2


def test_a_host_that_was_away_for_a_while_keeps_the_output():
    host, _channel = talk(
        CREATED, STARTED, HostUnreachable("refused"), received(stream("stdout", b"x"), exit_code=0), ""
    )
    assert host.run("iisreset.exe", timeout=60).output_complete


def test_a_host_that_stays_away_is_waited_for_until_the_deadline():
    host, channel = talk(CREATED, STARTED, *[HostUnreachable("refused")] * 40)
    with pytest.raises(OutcomeUnknown):
        host.run("iisreset.exe", timeout=30)
    assert channel.actions()[-1] == "Signal", "where nobody answers no more is tried"


def test_a_shell_that_is_gone_after_a_cut_leaves_the_outcome_unknown():
    host, _channel = talk(
        CREATED, STARTED, AnswerLost("cut"), wsman_fault(2150858843), wsman_fault(2150858843), wsman_fault(5)
    )
    with pytest.raises(OutcomeUnknown, match="lost track"):
        host.run("iisreset.exe", timeout=60)


def test_a_lost_answer_to_the_command_itself_is_not_repeated():
    host, channel = talk(CREATED, AnswerLost("cut"))
    with pytest.raises(OutcomeUnknown, match=r"running iisreset\.exe"):
        host.run("iisreset.exe", timeout=60)
    # The program may run: closing its shell would kill it, and an iisreset half-way leaves IIS stopped.
    assert channel.actions() == ["Create", "Command"]


@pytest.mark.parametrize(
    ("code", "symbol"),
    [(2150858755, "PROVIDER_FAILURE"), (995, "OPERATION_ABORTED"), (0x800703E3, "OPERATION_ABORTED")],
)
def test_a_program_over_which_the_host_broke_down_may_run_and_is_left_alone(code, symbol):
    host, channel = talk(CREATED, wsman_fault(code, "An error was encountered inside the plugin."))
    with pytest.raises(OutcomeUnknown, match=symbol):
        host.run("iisreset.exe", timeout=60)
    assert channel.actions() == ["Create", "Command"]


def test_a_program_that_the_host_refuses_leaves_no_shell():
    host, channel = talk(CREATED, wsman_fault(5), DELETED)
    with pytest.raises(Fault, match="ACCESS_DENIED"):
        host.run("iisreset.exe", timeout=60)
    assert channel.actions() == ["Create", "Command", "Delete"]


def test_a_refused_shell_is_a_fault_and_nothing_is_left_to_clean_up():
    host, channel = talk(wsman_fault(2150859180, "Remote shells are not allowed."))
    with pytest.raises(Fault, match="REMOTESHELLS_NOT_ALLOWED"):
        host.run("x.exe", timeout=60)
    assert channel.actions() == ["Create"]


def test_a_shell_that_cannot_be_deleted_does_not_spoil_the_result():
    host, _channel = talk(CREATED, STARTED, received(exit_code=0), wsman_fault(2150858843))
    assert host.run("x.exe", timeout=60).exit_code == 0


def test_credentials_that_stop_working_leave_the_outcome_unknown():
    host, _channel = talk(
        CREATED, STARTED, AuthenticationRefused("HTTP 401"), AuthenticationRefused("HTTP 401"), HostUnreachable("gone")
    )
    with pytest.raises(OutcomeUnknown, match="HTTP 401"):
        host.run("x.exe", timeout=60)


@pytest.mark.parametrize("answer", ["<rsp:SignalResponse/>", received(exit_code="x"), received(exit_code="")])
def test_a_report_that_cannot_be_read_leaves_the_outcome_unknown(answer):
    host, _channel = talk(CREATED, STARTED, answer, SIGNALLED, DELETED)
    with pytest.raises(OutcomeUnknown):
        host.run("x.exe", timeout=60)


def test_an_argument_that_cannot_be_quoted_is_refused_before_anything_is_sent():
    host, channel = talk()
    with pytest.raises(ValueError, match="quotation mark"):
        host.run("cscript.exe", 'a" & del *.* & "', timeout=60)
    assert channel.sent == []
