# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS: the remote shells of one host (MS-WSMV 3.1.4.1.31-36; real dialogues of 2008 R2 and 2012 R2 hosts)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import codecs
from xml.etree import ElementTree as ET

from simulator.windows.console import Account
from simulator.wire import fault, names
from simulator.wire.durations import format_duration, parse_duration
from simulator.wire.fault import Kind, Provider, WsFault
from simulator.wire.host import Machine
from simulator.wire.markup import attribute, element, leaf
from simulator.wire.profile import Profile, WireOptions
from simulator.wire.shell import Command, Shell
from simulator.wire.soap import Request

_NO_COMMAND = (
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "
    "Either the command has completed execution or the client specified an invalid command identifier. "
)
_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")


class Shells:
    """The shells that are open on one host. Each operation gives the answer's action, body and extra header."""

    def __init__(self, machine: Machine, profile: Profile, options: WireOptions) -> None:
        self._machine = machine
        self._profile = profile
        self._options = options
        self._shells: dict[str, Shell] = {}

    def clear(self) -> None:
        """End everything, as when the machine goes down."""
        for shell in self._shells.values():
            shell.close()
        self._shells.clear()

    def open_of(self, account: Account) -> int:
        """How many shells an account has open."""
        self._expire()
        return sum(1 for shell in self._shells.values() if shell.account.user == account.user)

    async def create(self, request: Request, account: Account, client: str, endpoint: str) -> tuple[str, str, str]:
        """Open a shell."""
        if not self._options.allow_remote_shell:
            raise WsFault(fault.SHELLS_NOT_ALLOWED)
        body = request.needed_body(names.SHELL, "Shell")
        if self.open_of(account) >= self._profile.shells_per_user:
            raise WsFault(
                fault.QUOTA_SHELLS,
                "The WS-Management service cannot process the request. This user is allowed a maximum number of "
                f"{self._profile.shells_per_user} concurrent shells, which has been exceeded. Close existing shells or "
                "raise the quota for this user. ",
            )
        shell = self._new_shell(request, body, account)
        self._shells[shell.id] = shell
        reference = leaf("w:ResourceURI", names.SHELL_CMD) + element(
            "w:SelectorSet", leaf("w:Selector", shell.id, attribute("Name", "ShellId"))
        )
        created = element(
            "x:ResourceCreated", leaf("a:Address", endpoint) + element("a:ReferenceParameters", reference)
        )
        now = self._machine.clock.monotonic()
        described = (
            leaf("rsp:ShellId", shell.id)
            + leaf("rsp:ResourceUri", names.SHELL_CMD)
            + leaf("rsp:Owner", account.user)
            + leaf("rsp:ClientIP", client)
            + leaf("rsp:IdleTimeOut", f"PT{shell.idle_timeout:.3f}S")
            + leaf("rsp:InputStreams", shell.input_streams)
            + leaf("rsp:OutputStreams", shell.output_streams)
            + leaf("rsp:ShellRunTime", format_duration(now - shell.created))
            + leaf("rsp:ShellInactivity", format_duration(now - shell.used))
        )
        body_text = created + element("rsp:Shell", described, attribute("xmlns:rsp", names.SHELL))
        return f"{names.TRANSFER}/CreateResponse", body_text, ""

    async def command(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Start a command: the command and its arguments, joined by blanks, go to cmd.exe unless it is skipped."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "CommandLine")
        if shell.running() >= self._profile.commands_per_shell:
            raise WsFault(fault.QUOTA_OPERATIONS)  # ASSUMED: no transcript of this quota
        words = [body.findtext(f"{{{names.SHELL}}}Command") or ""]
        words += [node.text or "" for node in body.findall(f"{{{names.SHELL}}}Arguments")]
        line = " ".join(word for word in words if word)
        if not line.strip():
            raise _invalid_parameter()
        command = Command(account, shell.environment, shell.codepage)
        skip_cmd = request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() in ("TRUE", "1")
        command.start(self._machine, line, shell=not skip_cmd, folder=shell.folder)
        shell.commands[command.id] = command
        answer = element("rsp:CommandResponse", leaf("rsp:CommandId", command.id))
        return f"{names.SHELL}/CommandResponse", answer, ""

    async def send(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Give input to a command."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "Send")
        for stream in body.findall(f"{{{names.SHELL}}}Stream"):
            command = self._command(shell, stream.get("CommandId"))
            if stream.get("Name") not in shell.input_streams.split():
                raise _invalid_parameter()
            try:
                data = base64.b64decode(stream.text or "", validate=True)
            except binascii.Error as error:
                raise _invalid_parameter() from error
            command.type_in(data, end=(stream.get("End") or "").casefold() in ("true", "1"))
        return f"{names.SHELL}/SendResponse", "<rsp:SendResponse/>", ""

    async def receive(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Output of a command, waiting for it up to OperationTimeout (in real seconds: the client's)."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "Receive")
        desired = body.find(f"{{{names.SHELL}}}DesiredStream")
        if desired is None:
            raise WsFault(fault.INVALID_BODY)
        streams = (desired.text or "").split()
        if not streams or set(streams) - set(shell.output_streams.split()):
            raise _invalid_parameter()
        command = self._command(shell, desired.get("CommandId"))
        limit = self._profile.max_envelope_kb * 512
        shell.in_use += 1
        try:
            answer = await asyncio.wait_for(command.output(streams, limit), self._timeout(request))
        except asyncio.TimeoutError as error:
            raise WsFault(fault.TIMED_OUT) from error
        finally:
            shell.in_use -= 1
            shell.used = self._machine.clock.monotonic()
        return f"{names.SHELL}/ReceiveResponse", answer, ""

    async def signal(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Interrupt a command (ctrl_c, ctrl_break), or be done with it (terminate)."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "Signal")
        code = (body.findtext(f"{{{names.SHELL}}}Code") or "").strip().rpartition("/signal/")[2].casefold()
        command = shell.commands.get(body.get("CommandId") or "")
        if command is None:
            raise _no_command()
        if code not in ("terminate", "ctrl_c", "ctrl_break"):
            raise _invalid_parameter()
        command.terminate()
        if code == "terminate":
            del shell.commands[command.id]
        return f"{names.SHELL}/SignalResponse", "<rsp:SignalResponse/>", ""

    async def delete(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Close a shell and end what runs in it."""
        shell = self._shell(request, account)
        del self._shells[shell.id]
        shell.close()
        return f"{names.TRANSFER}/DeleteResponse", "", ""

    # -- parts

    def _new_shell(self, request: Request, body: ET.Element, account: Account) -> Shell:
        now = self._machine.clock.monotonic()
        idle = parse_duration(body.findtext(f"{{{names.SHELL}}}IdleTimeOut") or "")
        if idle is None:
            idle = self._profile.shell_idle_timeout
        environment = {
            node.get("Name") or "": node.text or ""
            for node in body.findall(f"{{{names.SHELL}}}Environment/{{{names.SHELL}}}Variable")
        }
        return Shell(
            account,
            # ASSUMED: a shorter idle timeout than the least allowed is raised to it, a longer one than the default cut
            min(max(idle, self._profile.shell_idle_minimum), self._profile.shell_idle_timeout),
            created=now,
            used=now,
            codepage=_codec(request.options.get("WINRS_CODEPAGE", "437")),
            folder=body.findtext(f"{{{names.SHELL}}}WorkingDirectory") or "C:\\",
            input_streams=body.findtext(f"{{{names.SHELL}}}InputStreams") or "",
            output_streams=body.findtext(f"{{{names.SHELL}}}OutputStreams") or "",
            environment=environment,
        )

    def _timeout(self, request: Request) -> float:
        return min(request.timeout or self._profile.max_timeout, self._profile.max_timeout)

    def _expire(self) -> None:
        """Close shells that nobody used for their idle timeout."""
        now = self._machine.clock.monotonic()
        for shell in list(self._shells.values()):
            if not shell.in_use and now - shell.used >= shell.idle_timeout:
                del self._shells[shell.id]
                shell.close()

    def _shell(self, request: Request, account: Account) -> Shell:
        """The shell of the request, which is in use now. ASSUMED: other people's shells are as if not there."""
        self._expire()
        wanted = {name.casefold(): value for name, value in request.selectors.items()}.get("shellid", "")
        shell = self._shells.get(wanted.upper())
        if shell is None or shell.account.user != account.user:
            inner = Provider("Shell provider", r"%systemroot%\system32\WsmSvc.dll", fault.UNEXPECTED_SELECTORS)
            raise WsFault(fault.UNEXPECTED_SELECTORS, provider=inner)
        shell.used = self._machine.clock.monotonic()
        return shell

    @staticmethod
    def _command(shell: Shell, command_id: str | None) -> Command:
        command = shell.commands.get((command_id or "").upper())
        if command is None or command.received_all:
            raise _no_command()
        return command


def _codec(codepage: str) -> str:
    """Python's codec for a Windows code page; raises WsFault."""
    name = "utf-8" if codepage == "65001" else f"cp{codepage}"
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise WsFault(fault.CODE_PAGE) from error


def _no_command() -> WsFault:
    return WsFault(fault.UNEXPECTED_SELECTORS, _NO_COMMAND)


def _invalid_parameter() -> WsFault:
    kind: Kind = fault.KINDS[fault.INVALID_PARAMETER]
    return WsFault(fault.INVALID_PARAMETER, provider=Provider(*_PLUGIN, message=kind.reason))
