# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service control manager writes to the System log, with the numbers of Server 2003.

7035/7036 control sent and state entered, 7000/7001/7009/7023 failed starts, 7031/7034 a dead process, 7032 a recovery
action that failed (Events and Errors Message Center, source "Service Control Manager").
"""

from __future__ import annotations

from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.event_log import EventLog, EventType
from simulator.windows.recovery import ActionType, RecoveryAction
from simulator.windows.service import Service, ServiceState, StartMode

SOURCE = "Service Control Manager"

_STATE_KEYS = {
    ServiceState.RUNNING: "state.running",
    ServiceState.STOPPED: "state.stopped",
    ServiceState.PAUSED: "state.paused",
}


def control_sent(log: EventLog, service: Service, control: str) -> None:
    """7035: somebody sent a start, stop, pause or continue."""
    log.write(
        SOURCE,
        7035,
        strings=(service.display_name, log.texts.get(f"control.{control}")),
        user="NT AUTHORITY\\SYSTEM",
    )


def entered(log: EventLog, service: Service) -> None:
    """7036: a service runs, is stopped or is paused; pending states leave no record."""
    key = _STATE_KEYS.get(service.state)
    if key is not None and not service.driver:
        log.write(SOURCE, 7036, strings=(service.display_name, log.texts.get(key)))


def start_mode_changed(log: EventLog, service: Service, before: StartMode) -> None:
    """7040: somebody changed the start mode."""
    old, new = (log.texts.get(f"start_mode.{mode.value.lower()}") for mode in (before, service.start_mode))
    log.write(SOURCE, 7040, strings=(service.display_name, old, new), user="NT AUTHORITY\\SYSTEM")


def connect_timed_out(log: EventLog, service: Service, seconds: float) -> None:
    """7009 and 7000: the process did not connect in time."""
    log.write(SOURCE, 7009, EventType.ERROR, (f"{int(seconds * 1000)}", service.display_name))
    start_failed(log, service, Win32.SERVICE_REQUEST_TIMEOUT)


def start_failed(log: EventLog, service: Service, error: int) -> None:
    """7000: the service could not be started."""
    log.write(SOURCE, 7000, EventType.ERROR, (service.display_name, log.texts.system_error(error)))


def dependency_failed(log: EventLog, service: Service, culprit: Service | None, error: int) -> None:
    """7001: a service that this one depends on did not come up."""
    name = culprit.display_name if culprit else ""
    log.write(SOURCE, 7001, EventType.ERROR, (service.display_name, name, log.texts.system_error(error)))


def terminated_with_error(log: EventLog, service: Service) -> None:
    """7023: the service stopped by itself with an error; 7024 if the error is its own."""
    if service.exit_code == Win32.SERVICE_SPECIFIC_ERROR:
        strings = (service.display_name, str(service.service_exit_code))
        log.write(SOURCE, 7024, EventType.ERROR, strings)
    else:
        strings = (service.display_name, log.texts.system_error(service.exit_code))
        log.write(SOURCE, 7023, EventType.ERROR, strings)


def died(log: EventLog, service: Service, action: RecoveryAction | None = None) -> None:
    """7034, or 7031 where an action follows: the process went away."""
    strings = (service.display_name, str(service.failures))
    if action is None:
        log.write(SOURCE, 7034, EventType.ERROR, strings)
        return
    text = log.texts.get(f"recovery.{action.type.name.lower()}")
    log.write(SOURCE, 7031, EventType.ERROR, (*strings, str(action.delay), str(int(action.type)), text))


def recovery_failed(log: EventLog, service: Service, kind: ActionType, refusal: int) -> None:
    """7032: the corrective action could not be taken."""
    text = log.texts.get(f"recovery.{kind.name.lower()}")
    error = WIN32_OF_RETURN.get(ServiceReturn(refusal), Win32.SUCCESS)
    strings = (str(int(kind)), text, service.display_name, log.texts.system_error(error))
    log.write(SOURCE, 7032, EventType.ERROR, strings)
