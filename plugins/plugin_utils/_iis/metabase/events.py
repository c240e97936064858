# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events by which IIS reports that it couldn't write the metabase: 51228 in the System log (KB902161)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ..._wsman.errors import Fault
from ..._wsman.wql import quote_time
from .. import codes
from ..context import CIMV2, Context
from ..windows.system import read_boot_time, read_process_start

SAVE_FAILED_EVENT = 51228

#: Seconds that the host may take to search its log. A large one takes minutes, and a save isn't worth them.
SEARCH_LIMIT = 30.0

_HRESULT = re.compile(r"0x(8[0-9A-F]{7})\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class SaveFailure:
    """One event 51228. Record numbers start again when the log is cleared, so the time belongs to the identity.

    ``logged_at`` has whole seconds.
    """

    record: int | None
    logged_at: datetime | None
    message: str

    @property
    def codes(self) -> frozenset[int]:
        """The HRESULTs in the message, which ends with ``ErrorCode : 0x80070020`` in every language."""
        return frozenset(int(digits, 16) for digits in _HRESULT.findall(self.message))

    def is_since(self, moment: datetime | None) -> bool:
        """Whether it was logged at a moment or later, counting all that happened within the same second."""
        return moment is not None and self.logged_at is not None and self.logged_at >= moment.replace(microsecond=0)


def read_save_failures(context: Context, since: datetime | None) -> frozenset[SaveFailure] | None:
    """Read the failures that were logged since a moment; all of them when it isn't known.

    A log that can't be searched, or takes too long, gives None and a warning: the file still shows whether it was
    written.
    """
    bound = "" if since is None else f" AND TimeGenerated>={quote_time(since.replace(microsecond=0))}"
    wql = (
        "SELECT RecordNumber, TimeGenerated, Message FROM Win32_NTLogEvent "
        f"WHERE Logfile='System' AND EventCode={SAVE_FAILED_EVENT}{bound}"
    )
    try:
        rows = context.host.query(CIMV2, wql, limit=SEARCH_LIMIT)
    except Fault as fault:
        context.operator.warn(
            f"The System event log can't be searched for event {SAVE_FAILED_EVENT}, by which IIS reports a metabase "
            f"that it couldn't write: {codes.describe_fault(fault)}. Only the file itself shows now whether a save "
            "succeeded."
        )
        return None
    return frozenset(
        SaveFailure(
            row.integer("RecordNumber"),
            row.timestamp("TimeGenerated"),
            " ".join((row.text("Message") or "").split()),
        )
        for row in rows
    )


def of_this_process(context: Context, failures: Collection[SaveFailure], process_id: int) -> frozenset[SaveFailure]:
    """Leave out what was logged before a process began, or, where its beginning isn't known, before the last boot.

    IISADMIN reads the file when it starts. What couldn't be written before says nothing about what it holds now.
    """
    if not failures:
        return frozenset()
    began = read_process_start(context, process_id) or read_boot_time(context)
    return frozenset(it for it in failures if began is None or it.logged_at is None or it.logged_at > began)


def quoted(failures: Collection[SaveFailure]) -> str:
    """The newest of the failures, for a message."""
    newest = max(failures, key=lambda failure: failure.record or 0)
    return f"The host logged event 51228: {newest.message or '(no text)'}"
