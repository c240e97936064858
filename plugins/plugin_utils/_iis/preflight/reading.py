# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is only looked at."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NoReturn, TypeVar, cast

from ..._wsman.errors import Fault
from ..._wsman.values import Argument, CommandResult, Instance, MethodResult, ObjectPath
from ..context import Clock, WindowsHost

T = TypeVar("T")


class ReadOnce:
    """A WindowsHost that is asked each question once, also one that it refuses to answer, and nothing but questions.

    It is the clock as well: whoever sleeps waits for something to change, so from then on everything is read anew.
    """

    def __init__(self, host: WindowsHost, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._answers: dict[Hashable, object] = {}

    def query(self, namespace: str, wql: str, *, limit: float | None = None) -> list[Instance]:
        """Run a WQL query."""
        return self._once(("query", namespace, wql), lambda: self._host.query(namespace, wql, limit=limit))

    def get(self, path: ObjectPath) -> Instance:
        """Read one whole object."""
        return self._once(("get", str(path)), lambda: self._host.get(path))

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Call a method that only reads."""
        question = ("ask", str(path), method, repr(sorted((arguments or {}).items())))
        return self._once(question, lambda: self._host.ask(path, method, arguments))

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        """Run ``iisreset /status``, or a program's ``list``, and nothing else."""
        if (program, *arguments) != ("iisreset", "/STATUS") and arguments[:1] != ("list",):
            _refuse(f"run {program} {arguments}")
        question = ("run", program, *arguments)
        return self._once(question, lambda: self._host.run(program, *arguments, timeout=timeout))

    def put_property(self, path: ObjectPath, name: str, value: Argument) -> None:
        """Refuse."""
        _refuse(f"write {name} of {path}: {value}")

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """Refuse."""
        _refuse(f"call {method} of {path}: {arguments}")

    def reconnect(self) -> None:
        """Drop the session."""
        self._host.reconnect()

    def monotonic(self) -> float:
        """Seconds, from an arbitrary start."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, and forget."""
        self._answers.clear()
        self._clock.sleep(seconds)

    def _once(self, question: Hashable, ask: Callable[[], T]) -> T:
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except Fault as refusal:
                self._answers[question] = refusal
        answer = self._answers[question]
        if isinstance(answer, Fault):
            raise answer
        return cast("T", answer)


def _refuse(what: str) -> NoReturn:
    raise RuntimeError(f"A preflight only reads, and was asked to {what}.")
