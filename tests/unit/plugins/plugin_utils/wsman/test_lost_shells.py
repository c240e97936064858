# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shells whose answer got lost, and quotas: WinRM 1.1 grants a user two shells, and lists them without their owners."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.wsman.scripted import NAMESPACES, TIMED_OUT, Time, talk, wsman_fault
from unit.plugins.plugin_utils.wsman.test_commands import CREATED, DELETED, STARTED, received

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.operations import shell_opening
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost

LOST = AnswerLost("cut")
TOO_MANY = wsman_fault(2150859173, "Too many shells.", "w:QuotaLimit")
NOT_LISTED_HERE = wsman_fault(2150858771, "Not supported.", "a:ActionNotSupported")
RUN = [STARTED, received(exit_code=0), DELETED]
LIFETIME = 60 + 300 + 17
"""Of a shell for a program of 60 seconds, with the chance of these tests."""


@pytest.fixture(autouse=True)
def chance(monkeypatch):
    monkeypatch.setattr(shell_opening.secrets, "randbelow", lambda limit: 17)


def shell(name="OURS", lifetime=LIFETIME - 1, command=None, streams=("stdin", "stdout stderr")):
    """A shell as WinRM 1.1 describes it (MS-WSMV 4.7.6)."""
    line = "" if command is None else f"<rsp:CommandLine><rsp:Command>{command}</rsp:Command></rsp:CommandLine>"
    left = "" if lifetime is None else f"<rsp:Lifetime>PT{lifetime}.000S</rsp:Lifetime>"
    return (
        f"<rsp:Shell><rsp:ShellId> uuid:{name} </rsp:ShellId>{left}<rsp:InputStreams>{streams[0]}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{streams[1]}</rsp:OutputStreams>{line}</rsp:Shell>"
    )


def listed(*shells):
    return (
        f"<n:EnumerateResponse><n:EnumerationContext/><w:Items>{''.join(shells)}</w:Items><w:EndOfSequence/>"
        "</n:EnumerateResponse>"
    )


OTHERS = [
    shell("BUSY", command="iisreset /restart"),
    shell("WINRS", lifetime=28737),
    shell("OLDER", lifetime=LIFETIME - 40),
    shell("YOUNGER", lifetime=LIFETIME + 1),
    shell("STREAMS", streams=("stdin", "stdout")),
]


def deleted(channel):
    return [
        channel.message(index).findtext(".//w:Selector[@Name='ShellId']", "", NAMESPACES)
        for index, action in enumerate(channel.actions())
        if action == "Delete"
    ]


def test_a_shell_ends_by_itself_some_minutes_after_its_program_had_to():
    host, channel = talk(CREATED, *RUN)
    host.run("x.exe", timeout=59.2)
    created = channel.body(0).find("rsp:Shell", NAMESPACES)
    assert [element.tag.partition("}")[2] for element in created] == ["Lifetime", "InputStreams", "OutputStreams"]
    assert created.findtext("rsp:Lifetime", "", NAMESPACES) == f"PT{LIFETIME}.000S"


def test_a_lost_shell_is_found_and_closed_before_another_is_opened():
    host, channel = talk(LOST, listed(*OTHERS, shell()), DELETED, CREATED, *RUN)
    host.run("x.exe", timeout=60)
    assert channel.actions()[:4] == ["Create", "Enumerate", "Delete", "Create"]
    assert channel.header(1, "w:ResourceURI").endswith("/windows/shell/cmd")
    assert channel.body(1).find(".//w:Filter", NAMESPACES) is None, "filters of shells are refused"
    assert deleted(channel) == ["uuid:OURS", "SHELL-1"]


@pytest.mark.parametrize("others", [[], OTHERS], ids=["none", "others"])
def test_a_shell_that_never_was_opened_is_asked_for_again_and_nobody_elses_is_closed(others):
    host, channel = talk(LOST, listed(*others), CREATED, *RUN)
    host.run("x.exe", timeout=60)
    assert channel.actions()[:3] == ["Create", "Enumerate", "Create"]
    assert deleted(channel) == ["SHELL-1"]


def test_where_shells_end_when_they_are_idle_another_is_opened():
    host, channel = talk(LOST, NOT_LISTED_HERE, CREATED, *RUN)
    host.run("x.exe", timeout=60)
    assert channel.actions()[:3] == ["Create", "Enumerate", "Create"]


def test_a_shell_that_takes_its_host_too_long_is_looked_for_as_well():
    host, channel = talk(TIMED_OUT, listed(shell()), DELETED, CREATED, *RUN)
    host.run("x.exe", timeout=60)
    assert deleted(channel) == ["uuid:OURS", "SHELL-1"]


@pytest.mark.parametrize(
    "answer",
    [
        listed(shell(lifetime=None)),
        listed(shell("A"), shell("B")),
        wsman_fault(5, "Access is denied."),
    ],
    ids=["no lifetimes", "two alike", "refused"],
)
def test_a_lost_shell_that_cannot_be_told_from_others_is_left_and_nothing_is_run(answer):
    host, channel = talk(LOST, answer)
    with pytest.raises(HostUnreachable, match=r"Nothing was run\..*after 6 minutes.*Windows Remote Management"):
        host.run("x.exe", timeout=60)
    assert channel.actions() == ["Create", "Enumerate"]


def test_a_shell_that_is_lost_twice_is_closed_twice_and_the_host_unreachable():
    host, channel = talk(LOST, listed(shell("A")), DELETED, LOST, listed(shell("B")), DELETED)
    with pytest.raises(AnswerLost):
        host.run("x.exe", timeout=60)
    assert deleted(channel) == ["uuid:A", "uuid:B"]


def test_a_shell_that_could_not_be_closed_is_closed_when_it_is_in_the_way():
    away = HostUnreachable("refused")
    host, channel = talk(CREATED, STARTED, received(exit_code=0), away, TOO_MANY, DELETED, CREATED, *RUN)
    host.run("x.exe", timeout=60)
    host.run("x.exe", timeout=60)
    assert channel.actions()[4:7] == ["Create", "Delete", "Create"]
    assert deleted(channel) == ["SHELL-1"] * 3


def test_a_shell_in_which_a_program_may_run_is_never_in_the_way():
    host, channel = talk(CREATED, LOST, TOO_MANY)
    with pytest.raises(OutcomeUnknown):
        host.run("iisreset.exe", timeout=60)
    with pytest.raises(Fault, match="Too many shells"):
        host.run("iisreset.exe", timeout=60)
    assert channel.actions() == ["Create", "Command", "Create"]


def test_the_time_that_a_lost_answer_took_is_not_lost_from_the_lifetime():
    host, channel = talk(LOST, listed(shell(lifetime=LIFETIME - 17)), DELETED, CREATED, *RUN, time=Time(step=10))
    host.run("x.exe", timeout=60)
    assert deleted(channel) == ["uuid:OURS", "SHELL-1"]
