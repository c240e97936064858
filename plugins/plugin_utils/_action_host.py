# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the domain needs of the world (host, clock, operator), as an Ansible task has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from ansible.utils.display import Display

from ._iis.codes import describe_fault
from ._iis.context import WindowsHost
from ._iis.ledger import Ledger
from ._wsman.errors import WSMAN_PROVIDER_FAILURE, Fault, OutcomeUnknown, WsManError
from ._wsman.values import Argument, CommandResult, Instance, MethodResult, ObjectPath

display = Display()

T = TypeVar("T")


class SystemClock:
    """The controller's own time."""

    def monotonic(self) -> float:
        """Seconds, from an arbitrary start, never going back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


#: Seconds between two lines about the same step.
_HEARTBEAT = 15.0


class TaskOperator:
    """Whoever watches the playbook: progress goes to the screen at once, warnings into the task's result.

    ``shows``: whether anybody wants to see progress. ``monotonic`` measures how long a step has taken.
    """

    def __init__(
        self,
        host_name: str,
        warnings: list[str],
        secrets: Collection[str] = (),
        *,
        shows: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host_name = host_name
        self._warnings = warnings
        self._secrets = secrets
        self._shows = shows
        self._monotonic = monotonic
        self._step = ""
        self._began = self._shown = 0.0

    def progress(self, message: str, reason: str = "") -> None:
        """Show one line about what is going on now, and why."""
        self._step = message
        self._began = self._shown = self._monotonic()
        self._show(f"{message} ({reason})" if reason else message)

    def still(self, detail: str = "") -> None:
        """Show every 15 seconds that the last step goes on, for how long, and the detail."""
        now = self._monotonic()
        if self._step and now - self._shown >= _HEARTBEAT:
            self._shown = now
            self._show(f"{self._step}: {now - self._began:.0f} s so far{f', {detail}' if detail else ''}")

    def _show(self, message: str) -> None:
        if self._shows:
            display.display(f"[{self._host_name}] {hide(message, self._secrets)}")

    def warn(self, message: str) -> None:
        """Keep a warning for the result, once."""
        if message not in self._warnings:
            self._warnings.append(message)


class LoggedHost:
    """A WindowsHost that connects when it is first used, and shows with ``-vvv`` what is asked of it.

    The lines name classes, methods, property and parameter names, never the values that are written. A host may
    repeat what it was sent when it refuses, so the ``secrets`` are hidden from what it says. ``ledger`` keeps what was
    changed.
    """

    def __init__(self, connect: Callable[[], WindowsHost], host_name: str, secrets: Collection[str] = ()) -> None:
        self._connect = connect
        self._host_name = host_name
        self._secrets = secrets
        self._connected: WindowsHost | None = None
        self.ledger = Ledger()

    def query(self, namespace: str, wql: str, *, limit: float | None = None) -> list[Instance]:
        """Run a WQL query and return all rows."""
        what = f"Enumerate {namespace}: {wql}" + ("" if limit is None else f" (at most {limit:g} s)")
        return self._request(what, lambda host: host.query(namespace, wql, limit=limit), _count)

    def get(self, path: ObjectPath) -> Instance:
        """Read one whole object."""
        return self._request(f"Get {path}", lambda host: host.get(path))

    def put_property(self, path: ObjectPath, name: str, value: Argument) -> None:
        """Write one property by a fragment Put."""
        self._request(
            f"Put {path} {name}",
            lambda host: host.put_property(path, name, value),
            note=lambda: self.ledger.write(path, name),
        )

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method."""
        names = ", ".join(arguments or ())
        return self._request(
            f"Invoke {path} {method}({names})",
            lambda host: host.invoke(path, method, arguments),
            lambda result: f"returned {result.return_value}",
            note=lambda: self.ledger.method(path, method),
        )

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method that only reads."""
        names = ", ".join(arguments or ())
        return self._request(
            f"Invoke {path} {method}({names})",
            lambda host: host.ask(path, method, arguments),
            lambda result: f"returned {result.return_value}",
        )

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        """Run a program in a WinRS shell."""
        return self._request(
            f"Run {' '.join((program, *arguments))} (at most {timeout:g} s)",
            lambda host: host.run(program, *arguments, timeout=timeout),
            lambda result: f"exit code {result.exit_code}",
            note=lambda: self.ledger.program(program, arguments),
        )

    def reconnect(self) -> None:
        """Drop the session; without one there is nothing to drop."""
        if self._connected is not None:
            self._log("drop the session")
            self._connected.reconnect()

    def _request(
        self,
        what: str,
        ask: Callable[[WindowsHost], T],
        show: Callable[[T], str] | None = None,
        note: Callable[[], None] | None = None,
    ) -> T:
        self._log(what)
        self.ledger.last = what
        try:
            if self._connected is None:
                self._connected = self._connect()
            answer = ask(self._connected)
        except WsManError as error:
            refusal = describe_fault(error) if isinstance(error, Fault) else f"{type(error).__name__}: {error}"
            self._log(f"-> {refusal}")
            if note is not None and _may_be_done(error):
                note()
            self.ledger.trouble()
            raise
        if note is not None:
            note()
        if show is not None:
            self._log(f"-> {show(answer)}")
        return answer

    def _log(self, line: str) -> None:
        display.vvv(f"WS-Man: {hide(line, self._secrets)}", host=self._host_name)


def _may_be_done(error: WsManError) -> bool:
    """Whether a change may have been made although it ended so: the provider broke down, or nobody answered."""
    return isinstance(error, OutcomeUnknown) or (isinstance(error, Fault) and error.has(WSMAN_PROVIDER_FAILURE))


def hide(text: str, secrets: Collection[str]) -> str:
    """Put stars in place of secrets, the longest first, for one may be a part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "********")
    return text


def _count(rows: list[Instance]) -> str:
    return f"{len(rows)} row" + ("" if len(rows) == 1 else "s")
