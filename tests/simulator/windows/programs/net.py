# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""net.exe: start, stop, pause, continue. Exit code 0, or 2 if anything went wrong.

``net stop`` of a service with running dependents lists them and asks, unless /y was given; it waits for the answer as
long as the input is open. It watches a service until it is where it should be, and gives up after ``PATIENCE`` seconds
without progress (ASSUMED).
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.windows.codes import WIN32_OF_RETURN, ServiceReturn, Win32
from simulator.windows.console import Console
from simulator.windows.process import Machine
from simulator.windows.service import Service, ServiceState

PATIENCE = 20.0
_POLL = 0.25
_FAILED = 2


async def net(machine: Machine, argv: list[str], console: Console) -> int:
    """``net start|stop|pause|continue [service] [/y]``."""
    words = [word for word in argv[1:] if word.lower() not in ("/y", "/yes", "/n", "/no")]
    run = _Net(machine, console, assume_yes=any(word.lower() in ("/y", "/yes") for word in argv[1:]))
    verb = words[0].lower() if words else ""
    if verb == "start" and len(words) == 1:
        return run.list_started()
    action = {"start": run.start, "stop": run.stop, "pause": run.pause, "continue": run.resume}.get(verb)
    if action is None or len(words) < 2:
        console.write_error(machine.texts.get("net.usage") + "\r\n")
        return 1
    service = machine.scm.named(" ".join(words[1:]))
    if service is None:
        return run.fail(2185)
    if not console.account.privileged:
        return run.system_error(Win32.ACCESS_DENIED)
    return await action(service)


class _Net:
    def __init__(self, machine: Machine, console: Console, assume_yes: bool) -> None:
        self._machine = machine
        self._console = console
        self._assume_yes = assume_yes

    # -- output

    def say(self, key: str, *arguments: str) -> None:
        self._console.write(self._machine.texts.get(key, *arguments) + "\r\n")

    def fail(self, number: int, *arguments: str) -> int:
        """One of net's own messages, with its number."""
        texts = self._machine.texts
        self._console.write_error(texts.get(f"net.{number}", *arguments) + "\r\n\r\n")
        self._console.write_error(texts.get("net.help", str(number)) + "\r\n\r\n")
        return _FAILED

    def system_error(self, error: int) -> int:
        texts = self._machine.texts
        self._console.write_error(texts.get("net.system_error", str(error)) + "\r\n\r\n")
        self._console.write_error(texts.system_error(error) + "\r\n\r\n")
        return _FAILED

    def list_started(self) -> int:
        self.say("net.these_are_started")
        running = [entry for entry in self._machine.scm if entry.state is not ServiceState.STOPPED and not entry.driver]
        for entry in sorted(running, key=lambda entry: entry.display_name.lower()):
            self._console.write(f"   {entry.display_name}\r\n")
        self._console.write("\r\n")
        self.say("net.completed")
        self._console.write("\r\n")
        return 0

    # -- verbs

    async def start(self, service: Service) -> int:
        code = await self._machine.scm.start_and_wait(service.name)
        if code == ServiceReturn.ALREADY_RUNNING:
            pending = service.state in (ServiceState.START_PENDING, ServiceState.STOP_PENDING)
            return self.fail(2189 if pending else 2182)
        if code:
            return self._refused(service, code)
        self.say("net.starting", service.display_name)
        if await self._settled(service) and service.state is ServiceState.RUNNING:
            self.say("net.started", service.display_name)
            self._console.write("\r\n")
            return 0
        self._console.write_error(self._machine.texts.get("net.not_started", service.display_name) + "\r\n\r\n")
        return self._explain(service)

    def _explain(self, service: Service) -> int:
        texts = self._machine.texts
        if service.exit_code == Win32.SERVICE_SPECIFIC_ERROR:
            number = str(service.service_exit_code)
            self._console.write_error(texts.get("net.specific_error", number) + "\r\n\r\n")
            self._console.write_error(texts.get("net.help", "3547") + "\r\n\r\n")
            return _FAILED
        if not service.exit_code:
            self._console.write_error(texts.get("net.no_error") + "\r\n\r\n")
            self._console.write_error(texts.get("net.help", "3534") + "\r\n\r\n")
            return _FAILED
        self._console.write_error(texts.get("net.a_system_error") + "\r\n\r\n")
        return self.system_error(service.exit_code)

    async def stop(self, service: Service) -> int:
        scm = self._machine.scm
        if service.state is ServiceState.STOPPED:
            return self.fail(3521, service.display_name)
        running = [entry for entry in scm.all_dependents(service.name) if entry.state is not ServiceState.STOPPED]
        if running and not await self._agreed(service, running):
            return _FAILED
        for entry in [*running, service]:
            code = await self._stop_one(entry)
            if code:
                return code
        return 0

    async def _agreed(self, service: Service, running: list[Service]) -> bool:
        self.say("net.dependents_head", service.display_name)
        for entry in running:
            self._console.write(f"   {entry.display_name}\r\n")
        self._console.write("\r\n")
        if self._assume_yes:
            return True
        self._console.write(self._machine.texts.get("net.continue_question"))
        answer = (await self._console.read_line() or "").strip().lower()
        self._console.write("\r\n")
        if answer in ("y", "yes"):
            return True
        if answer not in ("n", "no"):
            self._console.write_error(self._machine.texts.get("net.no_valid_response") + "\r\n\r\n")
        return False

    async def _stop_one(self, service: Service) -> int:
        code = self._machine.scm.stop(service.name)
        if code:
            return self._refused(service, code)
        self.say("net.stopping", service.display_name)
        if await self._settled(service):
            self.say("net.stopped", service.display_name)
            self._console.write("\r\n")
            return 0
        self._console.write_error(self._machine.texts.get("net.not_stopped", service.display_name) + "\r\n\r\n")
        return _FAILED

    async def pause(self, service: Service) -> int:
        return await self._control(service, self._machine.scm.pause, "net.paused")

    async def resume(self, service: Service) -> int:
        return await self._control(service, self._machine.scm.resume, "net.continued")

    async def _control(self, service: Service, send: Callable[[str], int], done: str) -> int:
        code = send(service.name)
        if code == ServiceReturn.NOT_ACTIVE:
            return self.fail(3521, service.display_name)
        if code not in (ServiceReturn.SUCCESS, ServiceReturn.ALREADY_PAUSED):
            return self._refused(service, code)
        await self._settled(service)
        self.say(done, service.display_name)
        self._console.write("\r\n")
        return 0

    def _refused(self, service: Service, code: int) -> int:
        if code == ServiceReturn.CANNOT_ACCEPT_CONTROL:
            return self.fail(2189)
        if code == ServiceReturn.INVALID_CONTROL:
            return self.fail(2191)
        return self.system_error(WIN32_OF_RETURN.get(ServiceReturn(code), Win32.INVALID_PARAMETER))

    async def _settled(self, service: Service) -> bool:
        clock = self._machine.clock
        deadline = clock.monotonic() + max(PATIENCE, service.start_seconds * 2, service.stop_seconds * 2)
        while service.state.pending:
            if clock.monotonic() >= deadline:
                return False
            await clock.sleep(_POLL)
        return True
