# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IISReset as something that can be disabled: what that means, and switching it.

``iisreset /disable`` makes every call of its interface answer 0x800710D5 (MS-IISS 3.1.4). That also breaks
Restart IIS in IIS Manager, and the recovery actions of services that run iisreset: by default IISADMIN's
(KB:Q250979, KB:Q284716).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._wsman.errors import Fault
from .. import codes
from ..context import Context
from ..outcome import IisError, Outcome
from ..windows.dependencies import Dependencies
from ..windows.recovery import split_by_iisreset
from ..windows.services import SERVICE_NAMES, Service, read_services
from .iisreset import QUICK, is_enabled, run_iisreset
from .internet import read_internet_services

ENABLED = "enabled"
DISABLED = "disabled"


@dataclass(frozen=True)
class Consequences:
    """Which services' recovery fails while IISReset is disabled, and whose works; None when it couldn't be read."""

    failing: list[str] | None
    working: list[str] | None

    def words(self) -> str:
        """Say what else is affected while IISReset is disabled."""
        manager = "Restart IIS in IIS Manager fails as well"
        if self.failing is None or self.working is None:
            return f"{manager}, and so do the recovery actions of services that run iisreset (by default IISADMIN's)."
        if not self.failing:
            return f"{manager}. No IIS service has a recovery action that runs iisreset."
        failing = f"and so do the recovery actions of {', '.join(self.failing)}, which run iisreset"
        working = f" Those of {', '.join(self.working)} still work." if self.working else ""
        return f"{manager}, {failing}.{working}"


def consequences(context: Context, services: Mapping[str, Service]) -> Consequences:
    """Read from the services' recovery actions what disabling IISReset breaks."""
    try:
        failing, working = split_by_iisreset(context, list(services.values()))
    except Fault:
        return Consequences(None, None)
    return Consequences(failing, working)


def may_use_iisreset(
    context: Context, services: Mapping[str, Service], attempted: str, *, otherwise: str | None
) -> bool:
    """Ask whether IISReset can be used, before anything is touched, and see what becomes of it if not.

    ``otherwise`` says what does the work then ("the service control manager"): that is a warning. With None it raises
    IisError. ``attempted`` completes "Couldn't ...": ``restart IIS``. Raises NoShell where there is no command shell.
    """
    if is_enabled(context):
        return True
    effects = consequences(context, services)
    if otherwise:
        context.operator.warn(
            f"IISReset is disabled on this host; {otherwise} is used instead. While it is disabled, {effects.words()}"
        )
        return False
    raise IisError(
        f"Couldn't {attempted}: IISReset is disabled on this host ({codes.describe(codes.RESOURCE_DISABLED)}). Nothing "
        "was touched. It was disabled with 'iisreset /disable': find out why, then enable it with "
        "fleetops.iis.iis_reset_access and state=enabled (iisreset /enable), or let the service control manager do "
        f"the work with when_iisreset_disabled=use_scm. While it is disabled, {effects.words()}",
        values={"iisreset": DISABLED, "recovery_failing": effects.failing, "recovery_working": effects.working},
    )


def switch_access(context: Context, state: str) -> Outcome:
    """Enable or disable IISReset on the host. Raises IisError when that can't be found out or doesn't change."""
    before = ENABLED if is_enabled(context) else DISABLED
    values: dict[str, object] = {"state": state}
    if before == state:
        return Outcome(False, values, {"iisreset": before}, {"iisreset": before})
    if state == DISABLED:
        effects = consequences(context, _iis_services(context))
        context.operator.warn(f"While IISReset is disabled, {effects.words()}")
        values.update(recovery_failing=effects.failing, recovery_working=effects.working)
    if not context.check_mode:
        _switch(context, state)
    return Outcome(True, values, {"iisreset": before}, {"iisreset": state})


def _switch(context: Context, state: str) -> None:
    run = run_iisreset(context, "/ENABLE" if state == ENABLED else "/DISABLE", timeout=QUICK)
    try:
        now = ENABLED if is_enabled(context) else DISABLED
    except IisError as error:
        raise IisError(
            f"{run.words()}, but the result could not be verified. {error.message} Run the task again: it starts by "
            "checking the host's state.",
            changed=True,
        ) from error
    if now != state:
        raise IisError(
            f"Couldn't make IISReset {state} on this host: it still is {now}. {run.words()}. "
            f"{codes.USE_AN_ADMINISTRATOR}",
            values={"state": now},
        )


def _iis_services(context: Context) -> dict[str, Service]:
    named = read_services(context, list(SERVICE_NAMES))
    _family, internet = read_internet_services(Dependencies(context))
    return named | internet
