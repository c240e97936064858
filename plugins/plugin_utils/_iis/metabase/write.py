# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing one property of the metabase, by whichever way works on the host.

No public document shows a Put on the IIS namespace over WS-Man, so two ways are tried in turn, and neither is believed
before the property has been read back. Both write that property and no other. A Put of the whole object is not among
them: it would have to carry every array, script map and password of the object, and what a provider makes of one that
is left out is documented nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..._wsman.errors import Fault, OutcomeUnknown
from ..._wsman.values import ObjectPath
from .. import codes
from ..context import Context
from ..iis6.adsutil import RUN_TIMEOUT, run_adsutil
from ..outcome import IisError

V = TypeVar("V", bool, int)


def write_property(
    context: Context,
    path: ObjectPath,
    name: str,
    value: V,
    read: Callable[[], V | None],
    *,
    timeout: float = RUN_TIMEOUT,
) -> None:
    """Write a boolean or whole-number property of an IIS setting and read it back.

    The ways: a Put of that property alone, and ``adsutil.vbs SET`` for at most ``timeout`` seconds. Raises IisError
    with what both of them said when neither worked.
    """
    metabase_path = f"{path.keys['Name']}/{name}"

    def put() -> str:
        context.host.put_property(path, name, value)
        return ""

    def script() -> str:
        # Its paths begin below /LM, so the properties of /LM itself have no path at all.
        script_path = metabase_path.removeprefix("LM/")
        return run_adsutil(context, "SET", script_path, _as_script_argument(value), timeout=timeout).words()

    answers = []
    for way, write in (("Put of the property", put), ("IIS's own script", script)):
        try:
            answer = write()
        except Fault as fault:
            answer = codes.describe_fault(fault)
            if codes.is_access_denied(fault):
                raise IisError(
                    f"Couldn't set {metabase_path} to {value}: the host answered {answer}. {codes.USE_AN_ADMINISTRATOR}"
                ) from fault
        except OutcomeUnknown as unknown:
            answer = f"no answer came ({unknown})"
        except IisError as error:
            answer = error.message
        if read() == value:
            return
        answers.append(f"{way}: {answer or 'accepted, but the value stayed as it was'}")
    raise IisError(f"Couldn't set {metabase_path} to {value}. " + "; ".join(answers))


def _as_script_argument(value: bool | int) -> str:
    return str(value).upper() if isinstance(value, bool) else str(value)
