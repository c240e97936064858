# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long shells live, and how they are found again: WinRM 1.1 (MS-WSMV 4.7.1, 4.7.6, <23>, <114>, <119>) and 2.0."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
import requests
from unit.simulator.wire.fakes import ADMINISTRATOR, FakeMachine
from unit.simulator.wire.requests_xml import ENUM, NS, SHELL, SHELL_CMD, TRANSFER, body_of, fault_code, send
from unit.simulator.wire.running import Running, Start
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from simulator.clock import VirtualClock
from simulator.faults import Effect, Rule
from simulator.windows.console import Account
from simulator.wire.profile import WINRM_1_1, ListedShells

CHEF = Account("Chef", "S0us-chef")
KEEPALIVE = '<w:OptionSet><w:Option Name="WSMAN_CMDSHELL_OPTION_KEEPALIVE">TRUE</w:Option></w:OptionSet>'
STREAMS = "<r:InputStreams>stdin</r:InputStreams><r:OutputStreams>stdout stderr</r:OutputStreams>"
ALL = "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>20</w:MaxElements></n:Enumerate>"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def old(start: Start, clock: VirtualClock) -> Running:
    return start(WINRM_1_1, FakeMachine(clock=clock, accounts=(ADMINISTRATOR, CHEF)))


def opened(protocol: Protocol, inside: str = "") -> str:
    """Open a shell with ``inside`` in its rsp:Shell; its id."""
    body = f'<r:Shell xmlns:r="{SHELL}">{inside}{STREAMS}</r:Shell>'
    shell = body_of(send(protocol, f"{TRANSFER}/Create", SHELL_CMD, body)).findtext(".//w:Selector", None, NS)
    assert shell
    return shell


def received(protocol: Protocol, shell: str, command: str, header: str = "") -> None:
    desired = (
        f'<r:Receive xmlns:r="{SHELL}"><r:DesiredStream CommandId="{command}">stdout</r:DesiredStream></r:Receive>'
    )
    send(protocol, f"{SHELL}/Receive", SHELL_CMD, desired, {"ShellId": shell}, header)


def listed(protocol: Protocol, uri: str = SHELL_CMD) -> list[ET.Element]:
    return list(body_of(send(protocol, f"{ENUM}/Enumerate", uri, ALL)).iter(f"{{{SHELL}}}Shell"))


def ids(protocol: Protocol, uri: str = SHELL_CMD) -> list[str]:
    return [shell.findtext(f"{{{SHELL}}}ShellId") or "" for shell in listed(protocol, uri)]


def shape(shell: ET.Element) -> list[str]:
    return [node.tag.rpartition("}")[2] for node in shell]


def test_on_1_1_a_shell_that_nobody_uses_stays(old: Running, clock: VirtualClock) -> None:
    protocol = old.pywinrm()
    shell = opened(protocol, "<r:IdleTimeOut>PT60.000S</r:IdleTimeOut>")
    received(protocol, shell, protocol.run_command(shell, "echo", ["x"]))
    old.call(lambda: clock.advance(8 * 3600 - 10))
    assert ids(protocol) == [shell]
    old.call(lambda: clock.advance(20))
    assert ids(protocol) == [], "MaxShellRunTime: eight hours"


@pytest.mark.parametrize(("inside", "limit"), [("<r:IdleTimeOut>PT60.000S</r:IdleTimeOut>", 60), ("", 900)])
def test_on_1_1_it_ends_idle_after_a_receive_with_keepalive(
    old: Running, clock: VirtualClock, inside: str, limit: int
) -> None:
    protocol = old.pywinrm()
    shell = opened(protocol, inside)
    received(protocol, shell, protocol.run_command(shell, "echo", ["x"]), KEEPALIVE)
    old.call(lambda: clock.advance(limit - 1))
    assert ids(protocol) == [shell]
    old.call(lambda: clock.advance(2))
    assert ids(protocol) == []


def test_a_shell_ends_with_the_lifetime_that_it_was_made_for(old: Running, clock: VirtualClock) -> None:
    protocol = old.pywinrm()
    opened(protocol, "<r:Lifetime>PT1000.000S</r:Lifetime>")
    old.call(lambda: clock.advance(400))
    (shell,) = listed(protocol)
    assert shell.findtext(f"{{{SHELL}}}Lifetime") == "PT600.000S"
    old.call(lambda: clock.advance(600))
    assert listed(protocol) == []


def test_a_create_whose_answer_is_lost_leaves_a_shell_that_another_connection_finds_and_deletes(old: Running) -> None:
    for _time in range(2):
        old.faults.add(Rule(Effect.CUT_AFTER, action="Create"))
        with pytest.raises(requests.exceptions.ConnectionError):
            old.pywinrm().open_shell()
    protocol = old.pywinrm()
    with pytest.raises(WSManFaultError) as caught:
        protocol.open_shell()
    assert fault_code(caught.value) == 2150859173
    for shell in ids(protocol):
        protocol.close_shell(shell, close_session=False)
    assert protocol.open_shell()


def test_on_1_1_a_shell_is_described_without_its_owner(old: Running) -> None:
    protocol = old.pywinrm()
    shell = opened(protocol)
    assert shell.startswith("uuid:")
    assert shape(listed(protocol)[0]) == ["ShellId", "Lifetime", "InputStreams", "OutputStreams"]
    protocol.run_command(shell, "sleep", ["60"])
    (described,) = listed(protocol)
    assert described.findtext(f"{{{SHELL}}}CommandLine/{{{SHELL}}}Command") == "sleep 60"
    answer = body_of(send(protocol, f"{TRANSFER}/Get", SHELL_CMD, "", {"ShellId": shell}))
    assert shape(answer[0]) == ["ShellId", "Lifetime", "InputStreams", "OutputStreams", "CommandLine"]


def test_without_optimisation_the_shells_come_with_the_pull(old: Running) -> None:
    protocol = old.pywinrm()
    shell = opened(protocol)
    answer = body_of(send(protocol, f"{ENUM}/Enumerate", SHELL_CMD, "<n:Enumerate/>"))
    context = answer.findtext(".//n:EnumerationContext", None, NS)
    pull = f"<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>5</n:MaxElements></n:Pull>"
    answer = body_of(send(protocol, f"{ENUM}/Pull", SHELL_CMD, pull))
    assert answer.findtext(f".//{{{SHELL}}}ShellId") == shell
    assert answer.find(".//n:EndOfSequence", NS) is not None


def test_on_2_0_they_are_listed_elsewhere_and_described_in_full(start: Start) -> None:
    protocol = start().pywinrm()
    shell = opened(protocol)
    (described,) = listed(protocol, SHELL)
    identity = ["ShellId", "ResourceUri", "Owner", "ClientIP", "IdleTimeOut"]
    assert shape(described) == [*identity, "InputStreams", "OutputStreams", "ShellRunTime", "ShellInactivity"]
    assert described.findtext(f"{{{SHELL}}}ShellId") == shell
    assert described.findtext(f"{{{SHELL}}}Owner") == ADMINISTRATOR.user
    with pytest.raises(WSManFaultError) as caught:
        listed(protocol)
    assert caught.value.fault_subcode == "a:ActionNotSupported"
    with pytest.raises(WSManFaultError):
        send(protocol, f"{TRANSFER}/Get", SHELL_CMD, "", {"ShellId": shell})
    assert (
        body_of(send(protocol, f"{TRANSFER}/Get", SHELL, "", {"ShellId": shell})).find(f"{{{SHELL}}}Shell") is not None
    )


def test_shells_take_no_filter(old: Running) -> None:
    with pytest.raises(WSManFaultError) as caught:
        send(
            old.pywinrm(),
            f"{ENUM}/Enumerate",
            SHELL_CMD,
            '<n:Enumerate><w:Filter Dialect="x">*</w:Filter></n:Enumerate>',
        )
    assert (fault_code(caught.value), caught.value.fault_subcode) == (2150858776, "n:FilteringNotSupported")


@pytest.mark.parametrize("listing", ListedShells)
def test_whose_shells_are_listed(start: Start, listing: ListedShells) -> None:
    host = start(WINRM_1_1, FakeMachine(accounts=(ADMINISTRATOR, CHEF)), listed_shells=listing)
    shell = opened(host.pywinrm())
    chef = host.pywinrm(username=CHEF.user, password=CHEF.password)
    seen = ids(chef)
    with pytest.raises(WSManFaultError):
        chef.run_command(shell, "echo", ["x"])
    if listing is ListedShells.ALL:
        assert seen == [shell]
        chef.close_shell(shell, close_session=False)
        assert ids(chef) == []
    else:
        assert seen == []
        with pytest.raises(WSManFaultError):
            chef.close_shell(shell, close_session=False)


def test_shells_end_with_the_service(old: Running) -> None:
    opened(old.pywinrm())
    site = old.thread.fleet.sites["web01"]
    for runs in (False, True):
        old.machine.winrm_runs = runs
        old.call(old.thread.fleet.look)
        assert site.is_open == runs
    assert ids(old.pywinrm()) == []
