# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying a plan of services out, step by step.

Nothing here raises for a service that doesn't obey: the execution says what failed, what runs and what was brought
back. Only a host that can't be reached any more, or refuses to be asked, ends it.
"""

from __future__ import annotations

from collections.abc import Callable

from ..context import Context
from ..waiting import Deadline
from .by_iisreset import ResetSteps
from .by_scm import ScmSteps
from .situation import Situation
from .steps import IISRESET_ACTIONS, STOPPING_ACTIONS, Action, Execution, Step


def execute(
    context: Context,
    situation: Situation,
    deadline: Deadline,
    *,
    timeout: int,
    force: bool,
    done: Execution,
    goes_down: Callable[[], None],
) -> None:
    """Carry out the changes of a plan in order, and note in ``done`` what came of it.

    What has to stop has to be stopped by the deadline, what has to run gets ``timeout`` seconds then. ``goes_down`` is
    called before anything is stopped. Raises Fault or HostUnreachable.
    """
    scm = ScmSteps(context, situation, done, deadline, timeout)
    reset = ResetSteps(context, scm, force=force)

    def take(step: Step) -> bool:
        if step.action in IISRESET_ACTIONS:
            return reset.take(step)
        if step.action is Action.SET_START_MODE:
            return scm.set_start_mode(step)
        if step.action is Action.STOP:
            return scm.stop(step)
        if step.action is Action.PAUSE:
            return scm.pause(step)
        scm.start(step.services)
        return True

    for step in situation.plan.changes:
        words = step.words(situation.graph)
        context.operator.progress(f"{words[0].upper()}{words[1:]}")
        done.steps.append(words)
        if step.action in STOPPING_ACTIONS:
            goes_down()
        if not take(step):
            break
    scm.look()
