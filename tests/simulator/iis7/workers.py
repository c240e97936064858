# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker processes: one w3wp.exe, what it is doing, and how it ends.

Its command line is that of public process lists (windows_exporter reads the pool from ``-ap``). A worker that is told
to end finishes its requests; shutdownTimeLimit after that it is killed (iis/configuration, processModel).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.clock import Clock, Timer
from simulator.iis7.states import WorkerState
from simulator.iis7.switches import Switches7
from simulator.windows.processes import ProcessTable

_COMMAND = (
    r'c:\windows\system32\inetsrv\w3wp.exe -ap "{pool}" -v "{runtime}" -l "webengine4.dll" '
    r"-a \\.\pipe\iisipm{guid} "
    r'-h "C:\inetpub\temp\apppools\{pool}\{pool}.config" -w "" -m {mode} -t 20 -ta 0'
)


@dataclass
class Worker:
    """A worker process. ``busy_until``: when its last request ends, in seconds of the clock; ``hung``: never."""

    pid: int
    pool: str
    guid: str
    started: float
    busy_until: float = 0.0
    hung: bool = False
    requests: list[float] = field(default_factory=list)
    served: int = 0
    ending: Timer | None = None

    @property
    def state(self) -> WorkerState:
        """As GetState has it."""
        return WorkerState.RUNNING if self.ending is None else WorkerState.STOPPING

    def active(self, now: float) -> int:
        """How many requests it is working on."""
        return sum(1 for end in self.requests if end > now)


class Workers:
    """Starts and ends worker processes."""

    def __init__(self, clock: Clock, processes: ProcessTable, switches: Switches7) -> None:
        self._clock = clock
        self._processes = processes
        self._switches = switches

    def start(self, pool: str, runtime: str, mode: int, died: Callable[[Worker], None]) -> Worker:
        """A new worker process; ``died`` is told when somebody kills it."""
        guid = str(uuid.uuid4())
        line = _COMMAND.format(pool=pool, runtime=runtime, guid=guid, mode=mode)
        entry = self._processes.spawn(line, name="w3wp.exe")
        worker = Worker(entry.pid, pool, guid, self._clock.monotonic())
        entry.on_kill = lambda: died(worker)
        return worker

    def serve(self, worker: Worker, seconds: float, *, hang: bool = False) -> None:
        """A request that takes so long, or for ever."""
        now = self._clock.monotonic()
        end = float("inf") if hang else now + seconds
        worker.requests = [known for known in worker.requests if known > now]
        worker.requests.append(end)
        worker.hung = worker.hung or hang
        worker.busy_until = max(worker.busy_until, end)
        worker.served += 1

    def seconds_to_end(self, worker: Worker, limit: float) -> tuple[float, bool]:
        """How long a worker takes to end once it is told to, and whether it has to be killed for it."""
        needed = max(self._switches.worker_stop_seconds, worker.busy_until - self._clock.monotonic())
        return min(needed, limit), needed > limit

    def end(self, worker: Worker, limit: float, ended: Callable[[bool], None]) -> None:
        """Tell a worker to end; ``ended`` hears whether it had to be killed."""
        if worker.ending is not None:
            return
        seconds, killed = self.seconds_to_end(worker, limit)

        def over() -> None:
            self.remove(worker)
            ended(killed)

        worker.ending = self._clock.call_later(seconds, over)

    def remove(self, worker: Worker) -> None:
        """The process has ended; what is left of it may be listed for a while."""
        if worker.ending is not None:
            worker.ending.cancel()
        gone = self._processes.begin_end(worker.pid)
        if self._switches.worker_hidden_seconds:
            self._clock.call_later(self._switches.worker_hidden_seconds, gone)
        else:
            gone()
