# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that WAS, W3SVC and AppHostSvc write.

Numbers and meaning: cc735041 and its neighbours, iis/configuration (recycling), public logs. The wording of what is not
published is ASSUMED.
"""

from __future__ import annotations

from simulator.iis7.codes import BadConfiguration, Refused
from simulator.windows.event_log import EventLog, EventType

WAS = "Microsoft-Windows-WAS"
W3SVC = "Microsoft-Windows-IIS-W3SVC"
HISTORY = "Microsoft-Windows-IIS-APPHOSTSVC"


class Events:
    """Writes them into a host's System log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def disabled_after_failures(self, pool: str) -> None:
        """5002: rapid-fail protection."""
        text = (
            f"Application pool '{pool}' is being automatically disabled due to a series of failures in the process(es) "
            "serving that application pool."
        )
        self._log.write(WAS, 5002, EventType.ERROR, (pool,), message=text)

    def recycled_on_demand(self, pool: str, pid: int) -> None:
        """5079: an administrator has asked for it."""
        text = (
            f"An administrator has requested a recycle of all worker processes in application pool '{pool}'. "
            f"(process {pid})"
        )
        self._log.write(WAS, 5079, EventType.INFORMATION, (pool,), message=text)

    def recycled_for_configuration(self, pool: str) -> None:
        """5080: the configuration of the pool was changed."""
        text = (
            f"The worker processes serving application pool '{pool}' are being recycled due to 1 or more configuration "
            "changes in the application pool properties which necessitate a restart of the processes."
        )
        self._log.write(WAS, 5080, EventType.INFORMATION, (pool,), message=text)

    def worker_died(self, pool: str, pid: int) -> None:
        """5009 (from memory)."""
        text = f"A process serving application pool '{pool}' terminated unexpectedly. The process id was '{pid}'."
        self._log.write(WAS, 5009, EventType.WARNING, (pool, str(pid)), message=text)

    def killed_at_the_limit(self, pool: str, pid: int) -> None:
        """5013 (from memory)."""
        text = (
            f"A process serving application pool '{pool}' exceeded time limits during shut down. The process id was "
            f"'{pid}'."
        )
        self._log.write(WAS, 5013, EventType.WARNING, (pool, str(pid)), message=text)

    def unreadable_configuration(self) -> None:
        """5189: applicationHost.config can't be used."""
        text = "The Windows Process Activation Service failed to generate an application pool config file."
        self._log.write(WAS, 5189, EventType.ERROR, message=text)

    def stopping_without_configuration(self, path: str, refused: Refused) -> None:
        """5172 and 5005: WAS can't read its configuration, so it stops (R. McMurray: "A little scripting saved my
        day")."""
        line = refused.line if isinstance(refused, BadConfiguration) else 0
        words = "Configuration file is not well-formed XML" if line else "Cannot read configuration file"
        data = refused.code.to_bytes(4, "little")
        text = (
            "The Windows Process Activation Service encountered an error trying to read configuration data from file "
            f"'\\\\?\\{path}', line number '{line}'. The error message is: '{words}'. The data field contains the "
            "error number."
        )
        self._log.write(WAS, 5172, EventType.ERROR, (path, str(line), words), message=text, data=data)
        text = (
            "Windows Process Activation Service (WAS) is stopping because it encountered an error. The data field "
            "contains the error number."
        )
        self._log.write(WAS, 5005, EventType.ERROR, message=text, data=data)

    def prefix_taken(self, prefix: str, site: int, code: int) -> None:
        """1007: a binding that can't be had."""
        text = (
            f"The World Wide Web Publishing Service (WWW Service) did not register the URL prefix {prefix} for site "
            f"{site}. The site has been disabled. The data field contains the error number."
        )
        self._log.write(
            W3SVC, 1007, EventType.ERROR, (prefix, str(site)), message=text, data=code.to_bytes(4, "little")
        )
