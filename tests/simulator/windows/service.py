# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One service: its configuration, its state, and what it does when the SCM moves it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Literal

from simulator.clock import Timer
from simulator.windows.codes import Win32
from simulator.windows.recovery import NO_RECOVERY, Recovery

HangPhase = Literal["connecting", "starting", "stopping", "pausing", "continuing"]
"""Where a service may hang: before its process answers the SCM at all, or in one of the pending states."""


class ServiceState(enum.Enum):
    """States, in the words of Win32_Service.State."""

    STOPPED = "Stopped"
    START_PENDING = "Start Pending"
    STOP_PENDING = "Stop Pending"
    RUNNING = "Running"
    CONTINUE_PENDING = "Continue Pending"
    PAUSE_PENDING = "Pause Pending"
    PAUSED = "Paused"

    @property
    def pending(self) -> bool:
        """A state on the way to another."""
        return self.value.endswith("Pending")


class StartMode(enum.Enum):
    """Start modes, in the words of Win32_Service.StartMode."""

    BOOT = "Boot"
    SYSTEM = "System"
    AUTO = "Auto"
    MANUAL = "Manual"
    DISABLED = "Disabled"


class ServiceBehaviour:
    """What a service does as it is moved. Derive and override what matters."""

    def before_start(self) -> int:
        """Runs when the dependencies run; a Win32 error makes the service stop with that ExitCode."""
        return Win32.SUCCESS

    def on_started(self) -> None:
        """The service reports SERVICE_RUNNING."""

    def on_stopping(self) -> None:
        """The service got the stop (or shutdown) control and begins to wind up."""

    def on_stopped(self, killed: bool) -> None:
        """The service is stopped; ``killed``: its process died and nothing was wound up."""

    def on_paused(self) -> None:
        """The service reports SERVICE_PAUSED."""

    def on_continued(self) -> None:
        """The service reports SERVICE_RUNNING after a pause."""


class Service:
    """A service as the SCM's database has it.

    ``image`` is the command line of its process. Services of type *Share Process* with the same image live in one
    process. Seconds are simulated ones. ``critical_process``: the process is there from boot to shutdown, whether the
    service runs or not (services.exe, lsass.exe).
    """

    __slots__ = (
        "accepts_pause",
        "accepts_shutdown",
        "accepts_stop",
        "behaviour",
        "depends_on",
        "description",
        "display_name",
        "driver",
        "error_control",
        "exit_code",
        "failures",
        "hung",
        "image",
        "last_failure",
        "name",
        "pause_seconds",
        "pid",
        "recovery",
        "service_exit_code",
        "shared_process",
        "start_mode",
        "start_name",
        "start_seconds",
        "state",
        "stop_seconds",
        "timer",
        "waiting",
    )

    def __init__(
        self,
        name: str,
        display_name: str = "",
        start_mode: StartMode = StartMode.MANUAL,
        depends_on: Sequence[str] = (),
        *,
        accepts_pause: bool = False,
        accepts_stop: bool = True,
        image: str = "",
        pid: int = 0,
        start_seconds: float = 0.0,
        stop_seconds: float = 0.0,
        pause_seconds: float = 0.0,
        behaviour: ServiceBehaviour | None = None,
        state: ServiceState = ServiceState.STOPPED,
        exit_code: int = Win32.SERVICE_NEVER_STARTED,
        shared_process: bool = True,
        driver: bool = False,
        start_name: str = "LocalSystem",
        description: str = "",
        error_control: str = "Normal",
        recovery: Recovery = NO_RECOVERY,
    ) -> None:
        self.name = name
        self.display_name = display_name or name
        self.start_mode = start_mode
        self.depends_on: tuple[str, ...] = tuple(depends_on)
        self.accepts_pause = accepts_pause
        self.accepts_stop = accepts_stop
        self.accepts_shutdown = True
        self.image = image or f"C:\\WINDOWS\\system32\\{name.lower()}.exe"
        self.pid = pid
        self.start_seconds = start_seconds
        self.stop_seconds = stop_seconds
        self.pause_seconds = pause_seconds
        self.behaviour = behaviour or _NO_BEHAVIOUR
        self.state = state
        self.exit_code = int(exit_code)
        self.service_exit_code = 0
        self.shared_process = shared_process
        self.driver = driver
        self.start_name = start_name
        self.description = description
        self.error_control = error_control
        self.recovery = recovery
        self.failures = 0
        self.last_failure = 0.0
        self.hung: frozenset[HangPhase] = frozenset()
        self.waiting = False
        """Start Pending only because its dependencies are not up yet."""
        self.timer: Timer | None = None

    def __repr__(self) -> str:
        return f"<Service {self.name} {self.state.value}>"

    def hang(self, phase: HangPhase) -> None:
        """From now on the service hangs in this phase, until its process dies in it or :meth:`unhang` is called.

        A service that is in the phase already hangs at once.
        """
        self.hung |= {phase}
        if self.timer is not None and _STATE_OF_PHASE[phase] is self.state and not self.waiting:
            self.timer.cancel()
            self.timer = None

    def unhang(self) -> None:
        """The service will hang no more; one that hangs now still has to be released by the SCM or killed."""
        self.hung = frozenset()

    def process_ended(self) -> None:
        """The process died: what hung in it is over; a hang at the next start is still to come."""
        self.pid = 0
        ahead = {"connecting", "starting"} if self.state is not ServiceState.START_PENDING else set()
        self.hung = frozenset(phase for phase in self.hung if phase in ahead)

    @property
    def process_group(self) -> str:
        """What names the process: the image for shared ones, the service for its own."""
        return self.image.lower() if self.shared_process else f"own:{self.name.lower()}"

    @property
    def accept_stop(self) -> bool:
        """AcceptStop: meaningful only while the service runs (false for stopped ones in the captures)."""
        return self.accepts_stop and self.state in (ServiceState.RUNNING, ServiceState.PAUSED)

    @property
    def accept_pause(self) -> bool:
        """AcceptPause: meaningful only while the service runs."""
        return self.accepts_pause and self.state in (ServiceState.RUNNING, ServiceState.PAUSED)


_NO_BEHAVIOUR = ServiceBehaviour()

_STATE_OF_PHASE: dict[HangPhase, ServiceState] = {
    "connecting": ServiceState.START_PENDING,
    "starting": ServiceState.START_PENDING,
    "stopping": ServiceState.STOP_PENDING,
    "pausing": ServiceState.PAUSE_PENDING,
    "continuing": ServiceState.CONTINUE_PENDING,
}
