# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text this machine prints or records. They stand in one place, so that another language is another table.

English texts are those of Windows Server 2003 where public transcripts show them; the wording of what nobody has
published is ASSUMED. Event templates use %1, %2 ... as message files do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.windows import texts_en


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    messages: Mapping[str, str]
    system_errors: Mapping[int, str]
    events: Mapping[tuple[str, int], str]

    def get(self, key: str, *arguments: str) -> str:
        """A message by key, %1 and so on filled in. KeyError if there is no such text: a mistake in the simulator."""
        return fill(self.messages[key], arguments)

    def system_error(self, code: int) -> str:
        """The text that FormatMessage gives for a Win32 error."""
        return self.system_errors.get(code, "") or fill(self.messages["unknown_error"], (str(code),))

    def event(self, source: str, code: int, strings: Sequence[str]) -> str:
        """The message of an event; without a template, the strings themselves, as the viewer shows them."""
        template = self.events.get((source, code))
        return "\r\n".join(strings) if template is None else fill(template, strings)


def fill(template: str, arguments: Sequence[str]) -> str:
    """Put the arguments into %1, %2, ..."""
    text = template
    for number in range(len(arguments), 0, -1):
        text = text.replace(f"%{number}", arguments[number - 1])
    return text


TEXTS = Texts(texts_en.MESSAGES, texts_en.SYSTEM_ERRORS, texts_en.EVENTS)
"""Those of every machine."""
