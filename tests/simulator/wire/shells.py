# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinRS: the remote shells of one host (MS-WSMV 3.1.4.1.31, 3.1.4.2.1 to 3.1.4.14; dialogues of 2008 R2, 2012 R2)."""

from __future__ import annotations

import asyncio
import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from simulator.windows.console import Account
from simulator.wire import fault, names
from simulator.wire.durations import parse_duration
from simulator.wire.fault import Kind, Provider, WsFault
from simulator.wire.host import Machine
from simulator.wire.markup import element, leaf
from simulator.wire.profile import BrokenUtf8, ListedShells, Profile, WireOptions
from simulator.wire.shell import Command, Shell, new_id
from simulator.wire.shell_description import created_xml, shell_xml
from simulator.wire.soap import Request

_NO_COMMAND = (
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "
    "Either the command has completed execution or the client specified an invalid command identifier. "
)
_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
_TOO_MANY_1_1 = (
    "The Windows Remote Shell cannot process the request. The server is already executing the maximum number of "
    "concurrent shells a user can remotely open on the same system. Retry later. "
)
_BATCH_FILE = re.compile(r'\s*(?:"[^"]*\.(?:bat|cmd)"|[^\s"]*\.(?:bat|cmd)(?![^\s]))', re.IGNORECASE)
_YES = ("TRUE", "1")


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
            raise self._too_many()
        shell = self._new_shell(request, body, account, client)
        self._shells[shell.id.casefold()] = shell
        answer = created_xml(shell, self._profile, self._machine.clock.monotonic(), endpoint)
        return f"{names.TRANSFER}/CreateResponse", answer, ""

    def items(self, account: Account, request: Request, body: ET.Element) -> Iterator[str]:
        """The shells of an Enumerate, rendered (MS-WSMV 3.1.4.8.2). A selector would ask for the commands of a shell,
        which Windows doesn't list (<115>). ASSUMED: no references to shells are given."""
        self._check_listing(request)
        if body.find(f"{{{names.WSMAN}}}Filter") is not None or body.find(f"{{{names.ENUMERATION}}}Filter") is not None:
            raise WsFault(fault.FILTERING_NOT_SUPPORTED)
        if request.selectors:
            raise WsFault(fault.UNEXPECTED_SELECTORS)
        mode = body.findtext(f"{{{names.WSMAN}}}EnumerationMode")
        if mode is not None and mode.strip() != "EnumerateObject":
            raise WsFault(fault.ENUMERATION_MODE)
        self._expire()
        now = self._machine.clock.monotonic()
        for shell in self._shells.values():
            if self._shows(shell, account):
                yield shell_xml(shell, self._profile, now)

    async def get(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Describe a shell (MS-WSMV 3.1.4.2.1)."""
        self._check_listing(request)
        if request.fragment is not None:
            raise WsFault(fault.UNSUPPORTED_FEATURE)
        shell = self._known(request, account, self._shows)
        shell.used = self._machine.clock.monotonic()
        answer = shell_xml(shell, self._profile, self._machine.clock.monotonic())
        return f"{names.TRANSFER}/GetResponse", answer, ""

    async def command(self, request: Request, account: Account) -> tuple[str, str, str]:
        """Start a command: the command and its arguments, joined by blanks, go to cmd.exe unless it is skipped."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "CommandLine")
        if not self._profile.shell_manager and shell.unread():
            raise WsFault(fault.CONCURRENCY)
        if shell.running() >= self._profile.processes_per_shell:
            raise WsFault(fault.QUOTA_OPERATIONS)  # ASSUMED: no transcript of this quota
        words = [body.findtext(f"{{{names.SHELL}}}Command") or ""]
        words += [node.text or "" for node in body.findall(f"{{{names.SHELL}}}Arguments")]
        line = " ".join(word for word in words if word)
        if not line.strip():
            raise _invalid_parameter()
        command = Command(account, line, shell.environment, shell.codepage)
        asked = request.options.get("WINRS_SKIP_CMD_SHELL", "").upper() in _YES
        skip_cmd = asked and self._profile.windows < (6, 3)  # later ones ignore it (MS-WSMV <117>)
        if self._does_nothing(shell, line):
            command.return_at_once()
        else:
            command.start(self._machine, shell=not skip_cmd, folder=shell.folder)
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
        """Output of a command, waiting for it up to OperationTimeout (in the client's seconds)."""
        shell = self._shell(request, account)
        body = request.needed_body(names.SHELL, "Receive")
        desired = body.find(f"{{{names.SHELL}}}DesiredStream")
        if desired is None:
            raise WsFault(fault.INVALID_BODY)
        streams = (desired.text or "").split()
        if not streams or set(streams) - set(shell.output_streams.split()):
            raise _invalid_parameter()
        command = self._command(shell, desired.get("CommandId"))
        if request.options.get("WSMAN_CMDSHELL_OPTION_KEEPALIVE", "").upper() in _YES:
            shell.idle_counts = True
        limit = self._profile.max_envelope_kb * 512
        shell.in_use += 1
        output = asyncio.ensure_future(command.output(streams, limit))
        try:
            if not await self._machine.clock.ends_within(output, self._timeout(request)):
                raise WsFault(fault.TIMED_OUT)
        finally:
            output.cancel()
            shell.in_use -= 1
            shell.used = self._machine.clock.monotonic()
        return f"{names.SHELL}/ReceiveResponse", output.result(), ""

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
        """Close a shell and end what runs in it. Who sees it may do so, from whichever connection."""
        shell = self._known(request, account, self._shows)
        del self._shells[shell.id.casefold()]
        shell.close()
        return f"{names.TRANSFER}/DeleteResponse", "", ""

    # -- parts

    def _too_many(self) -> WsFault:
        """MaxShellsPerUser is exceeded. WinRM 1.1: subcode and text of MS-WSMV 3.1.4.5.2.1; ASSUMED: the same code."""
        if not self._profile.shell_manager:
            return WsFault(fault.QUOTA_SHELLS, kind=Kind("w:QuotaLimit", _TOO_MANY_1_1))
        return WsFault(
            fault.QUOTA_SHELLS,
            "The WS-Management service cannot process the request. This user is allowed a maximum number of "
            f"{self._profile.shells_per_user} concurrent shells, which has been exceeded. Close existing shells or "
            "raise the quota for this user. ",
        )

    def _does_nothing(self, shell: Shell, line: str) -> bool:
        """Whether a command comes to nothing because of its shell's code page: "older OS's do not know how to UTF-8"
        (WinRb/WinRM#232)."""
        if shell.codepage != "utf-8" or self._profile.windows >= (6, 1):
            return False
        broken = self._options.broken_utf8
        return broken is BrokenUtf8.EVERYTHING or (broken is BrokenUtf8.BATCH_FILES and bool(_BATCH_FILE.match(line)))

    def _check_listing(self, request: Request) -> None:
        """Shells are described at one resource URI, which is another since KB968930 (MS-WSMV <103>, <114>)."""
        wanted = names.SHELL if self._profile.shell_manager else names.SHELL_CMD
        if request.resource_uri.casefold() != wanted:
            raise WsFault(fault.ACTION_NOT_SUPPORTED)

    def _shows(self, shell: Shell, account: Account) -> bool:
        return self._options.listed_shells is ListedShells.ALL or shell.account.user == account.user

    def _new_shell(self, request: Request, body: ET.Element, account: Account, client: str) -> Shell:
        now = self._machine.clock.monotonic()
        lifetime = parse_duration(body.findtext(f"{{{names.SHELL}}}Lifetime") or "")
        idle = parse_duration(body.findtext(f"{{{names.SHELL}}}IdleTimeOut") or "")
        if idle is None:
            idle = self._profile.shell_idle_timeout
        environment = {
            node.get("Name") or "": node.text or ""
            for node in body.findall(f"{{{names.SHELL}}}Environment/{{{names.SHELL}}}Variable")
        }
        return Shell(
            new_id() if self._profile.shell_manager else f"uuid:{new_id()}",
            account,
            client,
            # ASSUMED: a shorter idle timeout than the least allowed is raised to it, a longer one than the default cut
            min(max(idle, self._profile.shell_idle_minimum), self._profile.shell_idle_timeout),
            idle_counts=self._profile.shell_manager,
            lifetime=self._profile.shell_lifetime if lifetime is None else lifetime,
            created=now,
            used=now,
            codepage=_codec(request.options.get("WINRS_CODEPAGE", str(self._machine.oem_code_page))),
            folder=body.findtext(f"{{{names.SHELL}}}WorkingDirectory") or "C:\\",
            input_streams=body.findtext(f"{{{names.SHELL}}}InputStreams") or "",
            output_streams=body.findtext(f"{{{names.SHELL}}}OutputStreams") or "",
            environment=environment,
        )

    def _timeout(self, request: Request) -> float:
        return min(request.timeout or self._profile.max_timeout, self._profile.max_timeout)

    def _expire(self) -> None:
        """Close the shells whose time is up."""
        now = self._machine.clock.monotonic()
        for name, shell in list(self._shells.items()):
            if shell.over(now):
                del self._shells[name]
                shell.close()

    def _shell(self, request: Request, account: Account) -> Shell:
        """The shell of the request, which is in use now. ASSUMED: nobody can work in other people's."""
        shell = self._known(request, account, lambda shell, account: shell.account.user == account.user)
        shell.used = self._machine.clock.monotonic()
        return shell

    def _known(self, request: Request, account: Account, allowed: Callable[[Shell, Account], bool]) -> Shell:
        """The shell of the request, if the account is allowed to see it; raises WsFault."""
        self._expire()
        wanted = {name.casefold(): value for name, value in request.selectors.items()}.get("shellid", "")
        shell = self._shells.get(wanted.casefold())
        if shell is None or not allowed(shell, account):
            inner = Provider("Shell provider", r"%systemroot%\system32\WsmSvc.dll", fault.UNEXPECTED_SELECTORS)
            raise WsFault(fault.UNEXPECTED_SELECTORS, provider=inner)
        return shell

    @staticmethod
    def _command(shell: Shell, command_id: str | None) -> Command:
        command = shell.commands.get((command_id or "").upper())
        if command is None or command.received_all:
            raise _no_command()
        return command


def _codec(codepage: str) -> str:
    """Python's codec for a Windows code page; raises WsFault, as Create does on a host without it (WinRb/WinRM#232)."""
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
