# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Win32_NTLogEvent: the event log.

Reading it takes time in proportion to its size. ASSUMED: the provider reads backwards from the newest record, and a
query that asks for records since a moment (TimeGenerated or TimeWritten) is done when it gets there.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.windows.event_log import TYPE_NAMES, Event
from simulator.windows.providers.base import ReadOnlyProvider, properties, sorted_properties
from simulator.wmi.conditions import Condition, earliest
from simulator.wmi.model import CimType, Instance, WmiClass


class NTLogEventProvider(ReadOnlyProvider):
    """Win32_NTLogEvent; keys Logfile and RecordNumber."""

    wmi_class = WmiClass(
        "Win32_NTLogEvent",
        sorted_properties(
            properties(
                "CategoryString ComputerName InsertionStrings[] Logfile Message SourceName Type User",
                keys=("Logfile",),
            ),
            properties("Category EventCode", CimType.UINT16),
            properties("Data[] EventType", CimType.UINT8),
            properties("EventIdentifier", CimType.UINT32),
            properties("RecordNumber", CimType.UINT32, keys=("RecordNumber",)),
            properties("TimeGenerated TimeWritten", CimType.DATETIME),
        ),
    )

    def instances(self) -> Sequence[Instance]:
        """All records, newest first, as the provider reads the logs (ASSUMED order)."""
        return [self._instance(event) for event in reversed(list(self.machine.event_log))]

    def seconds_to_read(self, condition: Condition | None) -> float:
        """How long a query takes."""
        return self.machine.event_log.seconds_to_read(earliest(condition, ("TimeGenerated", "TimeWritten")))

    def _instance(self, event: Event) -> Instance:
        return Instance(
            "Win32_NTLogEvent",
            {
                "Category": event.category,
                "CategoryString": event.category_text,
                "ComputerName": self.machine.name,
                "Data": list(event.data) or None,
                "EventCode": event.code,
                "EventIdentifier": event.identifier,
                "EventType": int(event.type),
                "InsertionStrings": list(event.strings) or None,
                "Logfile": event.logfile,
                "Message": event.message,
                "RecordNumber": event.record_number,
                "SourceName": event.source,
                "TimeGenerated": event.generated.replace(microsecond=0),
                "TimeWritten": event.generated.replace(microsecond=0),
                "Type": TYPE_NAMES[event.type],
                "User": event.user,
            },
        )
