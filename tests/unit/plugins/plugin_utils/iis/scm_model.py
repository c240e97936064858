# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service control manager as plain Python objects."""

from __future__ import annotations

from dataclasses import dataclass, field

RUNNING, STOPPED, PAUSED = "Running", "Stopped", "Paused"
_SETTLES = {
    "Start Pending": RUNNING,
    "Stop Pending": STOPPED,
    "Pause Pending": PAUSED,
    "Continue Pending": RUNNING,
}
NEVER = float("inf")


@dataclass
class ModelService:
    """A service. ``hangs`` holds the pending states that never end, ``dies`` is the exit code of a failing start."""

    name: str
    needs: tuple[str, ...] = ()
    state: str = RUNNING
    start_mode: str = "Auto"
    display_name: str = ""
    accepts_pause: bool = True
    accepts_stop: bool = True
    driver: bool = False
    takes: float = 1.0
    hangs: set[str] = field(default_factory=set)
    dies: int = 0
    answers: list[int] = field(default_factory=list)
    exit_code: int = 0
    process_id: int = 0
    arrives: float = NEVER


def iis_services(**changes):
    """The services of a plain host: ``iis_services(smtpsvc={"state": STOPPED})``."""
    services = {
        "rpcss": ModelService("RpcSs", accepts_pause=False, accepts_stop=False),
        "http": ModelService("HTTP", driver=True),
        "iisadmin": ModelService("IISADMIN", ("RpcSs",), display_name="IIS Admin Service", accepts_pause=False),
        "httpfilter": ModelService("HTTPFilter", ("HTTP", "IISADMIN"), display_name="HTTP SSL"),
        "w3svc": ModelService(
            "W3SVC", ("RpcSs", "HTTPFilter", "IISADMIN"), display_name="World Wide Web Publishing Service"
        ),
        "msftpsvc": ModelService("MSFTPSVC", ("IISADMIN",), display_name="FTP Publishing Service"),
        "smtpsvc": ModelService("SMTPSVC", ("IISADMIN",), display_name="Simple Mail Transfer Protocol (SMTP)"),
    }
    for name, change in changes.items():
        if isinstance(change, ModelService):
            services[name] = change
        else:
            for attribute, value in change.items():
                setattr(services[name], attribute, value)
    return list(services.values())


class ModelScm:
    """Knows the rules that matter: dependents first, dependencies started along, pending states that take time."""

    def __init__(self, clock, services):
        self.clock = clock
        self.services = {service.name.lower(): service for service in services}
        self.log: list[tuple[str, str]] = []
        self.next_process = 1000
        for service in services:
            if service.state in (RUNNING, PAUSED):
                service.process_id = self.new_process()
            if service.state in _SETTLES:
                service.arrives = NEVER if service.state in service.hangs else clock.now + service.takes

    def __getitem__(self, name):
        self.tick()
        return self.services[name.lower()]

    def __delitem__(self, name):
        del self.services[name.lower()]

    def __contains__(self, name):
        return name.lower() in self.services

    def new_process(self):
        self.next_process += 4
        return self.next_process

    def tick(self):
        for service in self.services.values():
            if service.state in _SETTLES and self.clock.now >= service.arrives:
                service.state = _SETTLES[service.state]
                if service.state == RUNNING and service.dies:
                    service.state, service.exit_code = STOPPED, service.dies
                service.process_id = 0 if service.state == STOPPED else service.process_id or self.new_process()

    def goes(self, service, pending):
        service.state = pending
        service.arrives = NEVER if pending in service.hangs else self.clock.now + service.takes
        if service.arrives == self.clock.now:
            self.tick()

    def dependents(self, name):
        return [other for other in self.services.values() if name.lower() in map(str.lower, other.needs)]

    def states(self):
        self.tick()
        return {name: service.state for name, service in self.services.items() if not service.driver}

    def running(self):
        return {name for name, state in self.states().items() if state == RUNNING}

    def bounced(self):
        """The services that were stopped since this was last asked: they may be up again by now."""
        seen = {name.lower() for verb, name in self.log if verb == "stopped"}
        self.log = [(verb if verb != "stopped" else "was stopped", name) for verb, name in self.log]
        return seen

    # -- Win32_Service methods -----------------------------------------------------------------------------------

    def call(self, name, method, arguments=None):
        service = self[name]
        self.log.append((method, service.name))
        if service.answers:
            return service.answers.pop(0)
        return {
            "StartService": self.start,
            "StopService": self.stop,
            "PauseService": self.pause,
            "ResumeService": self.resume,
            "ChangeStartMode": lambda it: self.change_start_mode(it, (arguments or {})["StartMode"]),
        }[method](service)

    def start(self, service):
        if service.state != STOPPED:
            return 10
        if service.start_mode == "Disabled":
            return 14
        for name in service.needs:
            if not self.comes_up(self[name]):
                return 13
        service.exit_code = 0
        service.process_id = self.new_process()
        self.log.append(("started", service.name))
        self.goes(service, "Start Pending")
        return 0

    def comes_up(self, needed):
        """Start what a service needs, without waiting: the SCM does that inside one StartService."""
        answer = self.start(needed) if needed.state == STOPPED else 0
        if needed.state == "Start Pending" and needed.arrives != NEVER:
            needed.arrives = self.clock.now
            self.tick()
        return answer == 0 and needed.state in (RUNNING, PAUSED)

    def stop(self, service):
        if service.state == STOPPED:
            return 6
        if service.state in _SETTLES:
            return 5
        if not service.accepts_stop:
            return 1
        if any(other.state != STOPPED for other in self.dependents(service.name)):
            return 3
        self.log.append(("stopped", service.name))
        self.goes(service, "Stop Pending")
        return 0

    def pause(self, service):
        if service.state == PAUSED:
            return 24
        if service.state != RUNNING or not service.accepts_pause:
            return 1 if service.state == RUNNING else 5
        self.goes(service, "Pause Pending")
        return 0

    def resume(self, service):
        if service.state != PAUSED:
            return 6 if service.state == STOPPED else 5
        self.goes(service, "Continue Pending")
        return 0

    def change_start_mode(self, service, mode):
        service.start_mode = {"Automatic": "Auto"}.get(mode, mode)
        return 0

    # -- what iisreset does --------------------------------------------------------------------------------------

    def internet_services(self):
        return [self["IISADMIN"], *self.dependents("IISADMIN")]

    def stop_tree(self, service, limit):
        """Stop a service after everything that depends on it. Returns whether all of them stopped."""
        ended = [self.stop_tree(other, limit) for other in self.dependents(service.name)]
        if not all(ended):
            return False
        if self[service.name].state == STOPPED:
            return True
        if self[service.name].state in (RUNNING, PAUSED):
            self.stop(service)
        self.clock.now += min(limit, service.takes)
        return self[service.name].state == STOPPED

    def start_automatic(self):
        ended = True
        for service in self.internet_services():
            if service.start_mode == "Auto" and self[service.name].state == STOPPED:
                answer = self.start(service)
                self.clock.now += service.takes
                ended = ended and answer == 0 and self[service.name].state == RUNNING
        return ended
