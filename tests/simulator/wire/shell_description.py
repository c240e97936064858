# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host tells of a shell: after Create, in Get, and in an enumeration of shells.

WinRM 1.1 answers Create with a reference alone and describes a shell by its streams, what is left of its Lifetime, and
its command, never by its owner (MS-WSMV <104>, <105>; the examples 4.7.1, 4.7.6 and 4.7.7, whose ids begin with
``uuid:``). WinRM 2.0 describes all (dialogues of 2008 R2 and 2012 R2 hosts; win32
remote-shell-infrastructure-improvements).
"""

from __future__ import annotations

from simulator.wire import names
from simulator.wire.durations import format_duration
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import Profile
from simulator.wire.shell import Shell


def created_xml(shell: Shell, profile: Profile, now: float, endpoint: str) -> str:
    """The body of a CreateResponse."""
    reference = leaf("w:ResourceURI", names.SHELL_CMD) + element(
        "w:SelectorSet", leaf("w:Selector", shell.id, attribute("Name", "ShellId"))
    )
    address = endpoint if profile.shell_manager else names.ANONYMOUS
    created = element("x:ResourceCreated", leaf("a:Address", address) + element("a:ReferenceParameters", reference))
    return created + shell_xml(shell, profile, now) if profile.shell_manager else created


def shell_xml(shell: Shell, profile: Profile, now: float) -> str:
    """``rsp:Shell``. ASSUMED: the command that is shown is the last one, and a shell that ran none shows none."""
    if profile.shell_manager:
        content = _identity(shell) + _streams(shell) + _times(shell, now)
    else:
        left = leaf("rsp:Lifetime", f"PT{max(shell.lifetime - (now - shell.created), 0.0):.3f}S")
        content = leaf("rsp:ShellId", shell.id) + left + _streams(shell) + _command(shell)
    return element("rsp:Shell", content, attribute("xmlns:rsp", names.SHELL))


def _identity(shell: Shell) -> str:
    return (
        leaf("rsp:ShellId", shell.id)
        + leaf("rsp:ResourceUri", names.SHELL_CMD)
        + leaf("rsp:Owner", shell.account.user)
        + leaf("rsp:ClientIP", shell.client)
        + leaf("rsp:IdleTimeOut", f"PT{shell.idle_timeout:.3f}S")
    )


def _streams(shell: Shell) -> str:
    return leaf("rsp:InputStreams", shell.input_streams) + leaf("rsp:OutputStreams", shell.output_streams)


def _times(shell: Shell, now: float) -> str:
    return leaf("rsp:ShellRunTime", format_duration(now - shell.created)) + leaf(
        "rsp:ShellInactivity", format_duration(now - shell.used)
    )


def _command(shell: Shell) -> str:
    lines = [command.line for command in shell.commands.values()]
    return element("rsp:CommandLine", leaf("rsp:Command", lines[-1])) if lines else ""
