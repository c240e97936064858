# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the state of a site step by step, and verifies each step by reading it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ..._wsman.errors import Fault, HostUnreachable, MalformedAnswer, OutcomeUnknown
from .. import codes
from ..context import Context
from ..model.sites import Order, Site, SiteKind, SiteState
from ..outcome import IisError
from ..versions import assumed
from ..waiting import PATIENCE, Deadline, TimedOut, wait_until
from ..windows.services import ServiceState, StartMode, read_settled_service
from .bindings import explain_binding_conflict
from .read import read_state


class SiteChange:
    """One site on its way from state to state, until a deadline. ``site`` is the site as it was seen last.

    Every method raises IisError, which carries the site's state, or HostUnreachable.
    """

    def __init__(self, context: Context, site: Site, deadline: Deadline) -> None:
        self.site = site
        self.changed = False
        self._context = context
        self._began_as = site.state
        self._deadline = deadline
        self._answer: Fault | OutcomeUnknown | None = None

    def look(self) -> SiteState:
        """Read the site's state."""
        state = read_state(self._context, self.site)
        if state is None:
            raise self.failure(f"The {self.site.title} is gone: it was deleted in the meantime.")
        self.site = replace(self.site, state=state)
        return state

    def settle(self) -> None:
        """Wait until the site is neither starting nor stopping, pausing or continuing."""
        if self.site.state is SiteState.UNKNOWN:
            self._see_state()
        if not self.site.state.is_settled:
            self._context.operator.progress(f"{self.site.title} is {self.site.state.word}, waiting")
            try:
                self._wait(_is_settled, self._deadline.left)
            except TimedOut:
                raise self.failure(
                    f"The {self.site.title} is still {self.site.state.word} after {self._deadline.seconds:g} s."
                ) from None

    def _see_state(self) -> None:
        """Wait a moment for a site without a state to have one. Raises IisError that says why it hasn't."""
        problem = service_problem(self._context, self.site.kind, self._deadline.left)
        if problem is None:
            try:
                self._wait(lambda state: state is not SiteState.UNKNOWN, min(PATIENCE, self._deadline.left))
            except TimedOut:
                problem = assumed(self._context).sites.why_unknown(self._context, self.site)
        if problem:
            raise self.failure(f"The state of the {self.site.title} can't be read: {problem}")

    def check_order(self, order: Order) -> None:
        """Raise IisError for an order that no site of this IIS takes."""
        if why_not := assumed(self._context).sites.orders[order]:
            raise self.failure(f"The {self.site.title} can't be {order.participle}: {why_not}")

    def check_service(self, order: Order) -> None:
        """Sites move only while their service runs: say so, instead of passing on a code that doesn't."""
        problem = service_problem(self._context, self.site.kind, self._deadline.left)
        if problem:
            raise self.failure(f"The {self.site.title} can't be {order.participle}: {problem}")

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Give orders, one after the other, and see each done before the next."""
        for order in orders:
            self.begin(order)
            self.finish(order)

    def resume(self) -> None:
        """Continue the site if it is paused or about to be. A site in another state is left alone."""
        self.look()
        self.settle()
        if self.site.state is SiteState.PAUSED:
            self.carry_out((Order.CONTINUE,))

    def begin(self, order: Order) -> None:
        """Give an order. What became of it, and why it was refused if it was, :meth:`finish` finds out."""
        with self._accounting():
            self._give(order)

    def finish(self, order: Order) -> None:
        """Wait until the order that :meth:`begin` gave is done. One whose answer was lost is given again if need be."""
        with self._accounting():
            if isinstance(self._answer, OutcomeUnknown) and self._was_lost(order):
                self._give(order)
            if isinstance(self._answer, Fault):
                self._after_refusal(order, self._answer)
            elif not self._reached(order, PATIENCE):
                self._wait_longer(order)
        self.changed = True

    def failure(self, message: str) -> IisError:
        """An error that carries the site's state, and says what was done to it before."""
        if self.changed and self.site.state is not self._began_as:
            message = f"{message} The site was {self._began_as.word} before and is {self.site.state.word} now."
        values = {**self.site.as_values(), "state_before": self._began_as.word}
        return IisError(message, values=values, changed=self.changed)

    @contextlib.contextmanager
    def _accounting(self) -> Iterator[None]:
        """Say in every error whether the site was changed, and in what state it was seen last."""
        before = self.site.state
        try:
            yield
        except IisError as error:
            self.changed = self.changed or self.site.state is not before
            error.changed = self.changed
            raise
        except HostUnreachable as lost:
            raise HostUnreachable(f"{lost}. The {self.site.title} was {self.site.state.word} then") from lost

    def _give(self, order: Order) -> None:
        self._answer = None
        try:
            assumed(self._context).sites.give(self._context, self.site, order, timeout=self._deadline.left)
        except (Fault, OutcomeUnknown) as answer:
            self._answer = answer
        except IisError as error:
            raise self.failure(f"The {self.site.title} couldn't be {order.participle}: {error.message}") from error

    def _was_lost(self, order: Order) -> bool:
        """Whether an order without an answer didn't arrive: the site hasn't moved, and isn't moving."""
        return not self._reached(order, PATIENCE) and self.site.state.is_settled and self._deadline.left > 0

    def _wait_longer(self, order: Order) -> None:
        """The site is slow, or it failed: its own error says so, unless the site is on its way."""
        error_code = self._last_error()
        if error_code and self.site.state.is_settled:
            raise self._explain(order, f"IIS reports {codes.describe(error_code)}", (error_code,))
        if not self._reached(order, self._deadline.left):
            words = f"it is {self.site.state.word} after {self._deadline.seconds:g} s"
            raise self._explain(order, words, (error_code,))

    def _after_refusal(self, order: Order, fault: Fault) -> None:
        """A refused order may have been overtaken by events: what counts is the state."""
        with contextlib.suppress(TimedOut):
            self._wait(_is_settled, self._deadline.left)
        if self.site.state is order.result:
            return
        error = self._last_error()
        raise self._explain(order, f"the host answered {codes.describe_fault(fault)}", (*fault.codes, error))

    def _explain(self, order: Order, answer: str, reasons: Sequence[int]) -> IisError:
        kind = self.site.kind
        message = f"The {self.site.title} couldn't be {order.participle}: {answer}."
        error = next((code for code in reversed(reasons) if code), 0)
        fault = Fault(answer, codes=[code for code in reasons if code])
        if error and f"0x{codes.hresult(error):08X}" not in answer:
            message += f" IIS reports {codes.describe(error)}."
        if order in (Order.START, Order.CONTINUE) and fault.has(*kind.binding_in_use):
            message += f" {explain_binding_conflict(self._context, self.site)}"
        elif codes.is_access_denied(fault):
            message += f" {codes.USE_AN_ADMINISTRATOR}"
        elif hint := assumed(self._context).sites.hint(self._context, order):
            message += f" {hint}"
        elif words := codes.meaning(error):
            message += f" ({words})"
        return self.failure(message)

    def _reached(self, order: Order, timeout: float) -> bool:
        try:
            self._wait(lambda state: state is order.result, min(timeout, self._deadline.left))
        except TimedOut:
            return False
        return True

    def _wait(self, done: Callable[[SiteState], bool], timeout: float) -> None:
        wait_until(self._context, self.look, done, timeout)

    def _last_error(self) -> int:
        try:
            return assumed(self._context).sites.last_error(self._context, self.site)
        except (Fault, MalformedAnswer):
            return 0


def _is_settled(state: SiteState) -> bool:
    return state.is_settled


def service_problem(context: Context, kind: SiteKind, timeout: float) -> str | None:
    """Why no site of a kind can change its state now, and what to do, or None when it can."""
    name = kind.windows_service
    now = read_settled_service(context, name, timeout)
    if now is None:
        return f"the service {name} isn't installed on this host."
    if now.state is ServiceState.STARTED:
        return None
    if now.state is ServiceState.PAUSED:
        return f"the service {name} is paused. Resume it first: {_remedy(name)}."
    disabled = " It is disabled, so its start mode has to be changed as well."
    return (
        f"the service {name} isn't running ({now.state}, start mode {now.start_mode}). "
        f"Start it first: {_remedy(name)}.{disabled if now.start_mode is StartMode.DISABLED else ''}"
    )


def _remedy(service_name: str) -> str:
    return f"fleetops.iis.iis_service with name={service_name.lower()} state=started"
