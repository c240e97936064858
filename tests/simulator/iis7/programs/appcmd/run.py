# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of appcmd: who may ask, which command it is, and how errors are printed."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable, Mapping

from simulator.iis7.codes import (
    ERROR_INVALID_PARAMETER,
    ERROR_NOT_FOUND,
    ERROR_NOT_SUPPORTED,
    RPC_S_CALL_FAILED,
    BadConfiguration,
    Refused,
)
from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd import backup, change, control, listing
from simulator.iis7.programs.appcmd.context import Context
from simulator.iis7.programs.appcmd.failure import Failed, from_refusal
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.programs.appcmd.rows import Rows
from simulator.iis7.switches import FilteredToken
from simulator.windows.console import Console

Command = Callable[[Context, Order], Awaitable[int]]

_COMMANDS: Mapping[tuple[str, str], Command] = {
    **{("list", kind): listing.show for kind in ("site", "apppool", "app", "vdir", "wp", "request", "backup")},
    ("list", "config"): listing.show_section,
    **{("start", kind): control.start for kind in ("site", "apppool")},
    **{("stop", kind): control.stop for kind in ("site", "apppool")},
    ("recycle", "apppool"): control.recycle,
    **{("set", kind): change.set_object for kind in ("site", "apppool")},
    ("set", "config"): change.set_section,
    ("add", "site"): change.add_site,
    ("add", "apppool"): change.add_pool,
    **{("delete", kind): change.delete for kind in ("site", "apppool")},
    ("add", "backup"): backup.add,
    ("delete", "backup"): backup.delete,
    ("restore", "backup"): backup.restore,
}
#: What asks WAS, and not only the configuration.
_RUNTIME = {("list", "wp"), ("list", "request"), *((verb, kind) for verb, kind in _COMMANDS if verb in (
    "start", "stop", "recycle"))}  # fmt: skip


class Run:
    """Carries an order out."""

    def __init__(self, iis: Iis7, console: Console, texts: Mapping[str, str]) -> None:
        self._iis = iis
        self._console = console
        self._texts = texts
        self._elevated = console.account.privileged
        rows = Rows(iis, known=self._elevated and iis.running("WAS"))
        self._context = Context(iis, console, texts, rows)

    async def perform(self, order: Order) -> int:
        """Do it; the exit code. Raises Failed."""
        if order.verb in ("?", "help") or "?" in order.switches:
            self._context.say_text("Administer the IIS Web Server.\r\n\r\nAPPCMD (command) (object-type) <identifier> "
                                   "</parameter1:value1 ...>\r\n")  # fmt: skip
            return 0
        command = _COMMANDS.get((order.verb, order.kind))
        if command is None:
            raise Failed("unknown_command", exit=ERROR_INVALID_PARAMETER, name=order.verb, tag=order.tag)
        self._check(order)
        try:
            if order.kind == "backup" and self._iis.switches.backups_need_configuration:
                self._iis.config.root()
            if "in" in order.switches:
                return await self._each(command, order)
            return await command(self._context, order)
        except BadConfiguration as bad:
            raise Failed(
                "malformed", exit=self._iis.switches.malformed_code, file=bad.file, line=str(bad.line)
            ) from bad
        except Refused as refused:
            raise from_refusal(refused) from refused

    def _check(self, order: Order) -> None:
        """Raise Failed: the token is filtered, WAS is down, or the connection to it breaks."""
        runtime = (order.verb, order.kind) in _RUNTIME
        if not self._elevated:
            if self._iis.switches.filtered_token is FilteredToken.CONFIG_ERROR or order.verb not in (
                "list",
                "start",
                "stop",
                "recycle",
            ):
                raise Failed("not_permitted", exit=ERROR_NOT_FOUND)
            if runtime:
                raise Failed("was_down", exit=ERROR_NOT_SUPPORTED)
        if runtime and not self._iis.running("WAS"):
            raise Failed("was_down", exit=ERROR_NOT_SUPPORTED)
        if runtime and self._iis.rpc_failures:
            self._iis.rpc_failures -= 1
            raise Failed("execution_failed", RPC_S_CALL_FAILED)

    async def _each(self, command: Command, order: Order) -> int:
        """``/in``: the objects come as the XML of another run. The exit code is the last failure's."""
        lines: list[str] = []
        while (given := await self._console.read_line()) is not None:
            lines.append(given)
        code = 0
        try:
            items = list(ET.fromstring("\n".join(lines)))
        except ET.ParseError as error:
            raise Failed("execution_failed", 13) from error
        for item in items:
            name = item.get(f"{order.tag}.NAME")
            if name is None:
                continue
            one = Order(order.verb, order.kind, name, {k: v for k, v in order.switches.items() if k != "in"})
            one.parameters = order.parameters
            try:
                await command(self._context, one)
            except (Failed, Refused) as error:
                failed = error if isinstance(error, Failed) else from_refusal(error)
                self.say_error(failed)
                code = failed.exit_code
        return code

    def say_error(self, failed: Failed) -> None:
        """Print a failure: ``ERROR ( message:... )``, with the HRESULT where there is one."""
        if failed.key == "unprefixed":
            self._context.say_text(
                f"Failed to process input: The parameter '{failed.values['name']}' must begin with a / or - "
                "(HRESULT=80070057).\r\n"
            )
            return
        text = self._texts[failed.key].format(**failed.values)
        if not failed.code:
            self._context.say_text(f"ERROR ( message:{text} )\r\n")
            return
        key = f"system {failed.code & 0xFFFF if failed.code >> 16 == 0x8007 else failed.code:08x}"
        detail = self._texts.get(key, "")
        self._context.say_text(f"ERROR ( hresult:{failed.code:08x}, message:{text}\r\n{detail}\r\n )\r\n")
