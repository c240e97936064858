# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the commands of appcmd share: the host, its rows, and printing in the right encoding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.iis7.codes import ERROR_NOT_FOUND
from simulator.iis7.host import Iis7
from simulator.iis7.programs.appcmd.failure import Failed
from simulator.iis7.programs.appcmd.grammar import Order
from simulator.iis7.programs.appcmd.rows import Row, Rows
from simulator.iis7.switches import OutputEncoding
from simulator.windows.console import Console, Encoded


@dataclass
class Context:
    """One run's surroundings."""

    iis: Iis7
    console: Console
    texts: Mapping[str, str]
    rows: Rows

    def say(self, key: str, **values: str) -> None:
        """Print a text of the host's language."""
        self.say_text(self.texts[key].format(**values) + "\r\n")

    def say_text(self, text: str) -> None:
        """Print, in the code page that appcmd writes into a pipe."""
        machine = self.iis.machine
        codec = {
            OutputEncoding.ANSI: f"cp{machine.edition.system['CodeSet']}",
            OutputEncoding.OEM: f"cp{machine.oem_code_page}",
            OutputEncoding.CONSOLE: "",
        }[self.iis.switches.appcmd_encoding]
        self.console.write(Encoded.of(text, codec) if codec else text)

    def named(self, order: Order) -> Row:
        """The one object that a command is about. ASSUMED: names compare without case. Raises Failed."""
        if order.identifier is None:
            raise Failed("no_identifier", exit=ERROR_NOT_FOUND, tag=order.tag)
        for row in self.rows.of(order.kind):
            if row.name.lower() == order.identifier.lower():
                return row
        raise Failed("missing", exit=ERROR_NOT_FOUND, tag=order.tag, name=order.identifier)
