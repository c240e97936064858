# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calling the metabase while something else may be writing to it."""

from __future__ import annotations

from collections.abc import Callable

from ..._wsman.errors import WSMAN_WMI_PROVIDER_NOT_CAPABLE, Fault
from ..._wsman.values import ObjectPath
from .. import codes
from ..iis6.provider import IISV2
from ..outcome import IisError
from ..waiting import SHORTEST_PAUSE, Deadline

#: Seconds between two tries. IIS itself waits some seconds before it answers ERROR_PATH_BUSY (ms525823).
PAUSE = 1.0

#: Codes of a file that another program holds, often for a moment only: a virus scanner, a backup.
HELD = frozenset({codes.SHARING_VIOLATION, codes.LOCK_VIOLATION})

#: The object that all calls of the whole metabase go to: /LM itself.
COMPUTER = ObjectPath(IISV2, "IIsComputer", {"Name": "LM"})

# WMI may hide the provider's code behind these general ones: over WS-Man its faults don't carry an HRESULT on every
# host. What is behind them may be ERROR_PATH_BUSY, so a call that does no harm when it is repeated is tried again.
_GENERAL = frozenset({WSMAN_WMI_PROVIDER_NOT_CAPABLE, codes.WBEM_FAILED})

_ADVICE = {
    codes.PATH_BUSY: (
        "Something on the host keeps the metabase open for writing: close IIS Manager and running administration "
        "scripts there, or give it longer with 'timeout'."
    ),
    codes.SHARING_VIOLATION: "Another program on the host has MetaBase.xml open: an editor, a backup, a virus scanner.",
    codes.LOCK_VIOLATION: "Another program on the host has locked MetaBase.xml: an editor, a backup, a virus scanner.",
    codes.DISK_FULL: "Free space on the host's system drive and save again.",
    codes.WRONG_PASSWORD: "Give the password that the backup was made with. IIS keeps it nowhere else.",
    codes.ACCESS_DENIED: f"{codes.USE_AN_ADMINISTRATOR} Check the permissions of MetaBase.xml, too.",
}


class FileHeld(Exception):
    """A program holds MetaBase.xml, so that it couldn't be written. The text says how that was seen."""


def call_when_free(deadline: Deadline, call: Callable[[], bool], *, repeatable: bool = True) -> None:
    """Call until the metabase and its file are free, or the deadline is there.

    ``call`` returns False when its answer got lost and it can't be seen that it took effect; it is then tried
    again, as after ERROR_PATH_BUSY. So it is while another program holds the file, which ``call`` may say by FileHeld,
    with pauses that double: each failed save puts a copy into the History folder, where it displaces an older one
    (cc758342). What isn't ``repeatable`` is tried again after ERROR_PATH_BUSY only, because then nothing was done. Any
    other refusal, or the end of the time, raises IisError: "Couldn't <purpose of the deadline>: ...".
    """
    operator, attempted, timeout = deadline.context.operator, deadline.purpose, deadline.seconds
    pause = PAUSE
    while True:
        held = False
        try:
            if call():
                return
            answer, advice = "the answer got lost, and nothing shows that it was done", ""
        except FileHeld as seen:
            held, answer, advice = True, str(seen), _ADVICE[codes.SHARING_VIOLATION]
        except Fault as fault:
            held = repeatable and fault.has(*HELD)
            answer, advice = f"the host answered {codes.describe_fault(fault)}", _advice(fault)
            if not (held or fault.has(codes.PATH_BUSY) or (repeatable and is_general(fault))):
                raise IisError(f"Couldn't {attempted}: {answer}. {advice}".rstrip()) from fault
        # Events have whole seconds: less than one between two saves, and a failure looks as young as a success.
        if deadline.left < (PAUSE if held else SHORTEST_PAUSE):
            raise IisError(f"Couldn't {attempted} within {timeout:g} s: {answer}. {advice}".rstrip())
        what = "Another program holds MetaBase.xml" if held else "The metabase is busy"
        operator.progress(f"{what}, trying again ({timeout - deadline.left:.0f} of {timeout:g} s)")
        deadline.context.clock.sleep(min(pause if held else PAUSE, deadline.left))
        pause *= 2 if held else 1


def is_general(fault: Fault) -> bool:
    """Whether a fault has no code but those general ones, so that what the provider answered isn't known."""
    return bool(fault.codes) and all(code & 0xFFFFFFFF in _GENERAL for code in fault.codes)


def _advice(fault: Fault) -> str:
    if codes.is_access_denied(fault):
        return _ADVICE[codes.ACCESS_DENIED]
    for code, advice in _ADVICE.items():
        if fault.has(code):
            return advice
    return ""
