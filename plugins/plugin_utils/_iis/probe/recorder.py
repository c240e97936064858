# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that notes how every request shape ends: the domain's own readers send the requests, unaware of it.

A shape is a request without what differs from object to object. It is called by what is done and to which class:
``query Win32_Service by Name``, ``ask GetCurrentMode``, ``put MaxHistoryFiles``, ``run iisreset``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import TypeVar

from ..._wsman.errors import Fault, WsManError
from ..._wsman.values import Argument, CommandResult, Instance, MethodResult, ObjectPath
from .. import codes
from ..context import Clock, WindowsHost
from ..iis6.bindings import BINDING_COLUMNS
from ..iis7.web_administration import NO_STATE
from ..outcome import IisError
from .findings import Finding, Meter, Status

T = TypeVar("T")

#: Why a program isn't run.
NO_SHELL = "needs a command shell: ask for it with shell=true"

#: The refusals by which a method says that there is nothing more to list, or no state now.
_LAST = {"EnumBackups": (codes.NO_MORE_ITEMS, codes.MD_DATA_NOT_FOUND), "GetState": NO_STATE}

_SELECT = re.compile(r"SELECT (?P<columns>.+?) FROM (?P<class>\w+)(?: WHERE (?P<where>.*))?", re.DOTALL)
_ASSOCIATORS = re.compile(r"ASSOCIATORS OF \{(?P<class>\w+)\..*\bRole=(?P<role>\w+)", re.DOTALL)
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<==)\d+", re.DOTALL)
_SEVERAL = re.compile(r"(\w+=…)(?: OR \1)+")
_COMPARED = re.compile(r"(\w+)=…")


class RecordingHost:
    """A :class:`~..context.WindowsHost` on top of another one, and what it found there."""

    def __init__(self, host: WindowsHost, clock: Clock, meter: Meter, *, may_run: bool) -> None:
        self.findings: list[Finding] = []
        self._host = host
        self._clock = clock
        self._meter = meter
        self._may_run = may_run
        self._known: set[tuple[str, str, Status, tuple[int, ...]]] = set()
        self._last: Finding | None = None
        self.absent: set[str] = set()
        """The namespaces whose Windows feature isn't installed: that they are missing is as it should be."""
        self.wrote = False
        """Whether anything was sent that writes."""
        self.failures = 0
        """How many requests didn't end as expected, those included whose like is among the findings already."""

    def query(self, namespace: str, wql: str, *, limit: float | None = None) -> list[Instance]:
        """See :meth:`~..context.WindowsHost.query`. Holds when every row has all columns that are asked for.

        In a namespace that is :attr:`absent`, it holds when the host says that there is no such thing.
        """
        shape = _shape_of(_blank(wql))
        as_good = codes.NO_CLASS if namespace in self.absent else ()
        rows = self._note(shape, wql, lambda: self._host.query(namespace, wql, limit=limit), _count, as_good=as_good)
        if missing := _missing_columns(wql, rows):
            self.doubt(f"a row without {', '.join(missing)}")
        return rows

    def get(self, path: ObjectPath) -> Instance:
        """See :meth:`~..context.WindowsHost.get`."""
        shape = f"get {path.class_name}"
        return self._note(shape, f"Get {path}", lambda: self._host.get(path), lambda it: f"{len(it)} properties")

    def put_property(self, path: ObjectPath, name: str, value: Argument) -> None:
        """See :meth:`~..context.WindowsHost.put_property`."""
        self.wrote = True
        request = f"fragment Put {name} of {path}"
        self._note(f"put {name}", request, lambda: self._host.put_property(path, name, value), lambda _none: "accepted")

    def invoke(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """See :meth:`~..context.WindowsHost.invoke`."""
        self.wrote = True
        return self._note(
            f"invoke {method}",
            _call(path, method, arguments),
            lambda: self._host.invoke(path, method, arguments),
            _describe,
        )

    def ask(self, path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None = None) -> MethodResult:
        """See :meth:`~..context.WindowsHost.ask`."""
        return self._note(
            f"ask {method}",
            _call(path, method, arguments),
            lambda: self._host.ask(path, method, arguments),
            _describe,
            as_good=_LAST.get(method, ()),
        )

    def run(self, program: str, *arguments: str, timeout: float) -> CommandResult:
        """See :meth:`~..context.WindowsHost.run`. How a program ends doesn't matter, only that its end is seen."""
        shape, request = f"run {PureWindowsPath(program).name}", " ".join((program, *arguments))
        if not self._may_run:
            self.skip(shape, request, NO_SHELL)
            raise IisError(NO_SHELL)
        return self._note(
            shape,
            request,
            lambda: self._host.run(program, *arguments, timeout=timeout),
            lambda result: f"exit code {result.exit_code}, {len(result.stdout)} characters",
        )

    def reconnect(self) -> None:
        """See :meth:`~..context.WindowsHost.reconnect`."""
        self._meter.begin("reconnect")
        self._host.reconnect()

    def refused(self, shape: str, request: str, ask: Callable[[WindowsHost], object], expected: Sequence[int]) -> None:
        """Ask for what isn't there; it holds when the host refuses with one of the expected codes."""
        self._note(shape, request, lambda: ask(self._host), str, as_good=expected)
        self.doubt("not refused")

    def skip(self, shape: str, request: str, why: str) -> None:
        """Leave a shape out, and say why."""
        self._keep(Finding(shape, request, Status.SKIPPED, why))

    def remark(self, shape: str, words: str) -> None:
        """Add to the detail of the last finding of a shape."""
        for index in reversed(range(len(self.findings))):
            finding = self.findings[index]
            if finding.shape == shape:
                self.findings[index] = replace(finding, detail=f"{finding.detail}; {words}")
                return

    def doubt(self, trouble: str) -> None:
        """The last request was answered, but its sender could make no sense of the answer."""
        if self._last is not None and self._last.status is Status.HOLDS:
            last = self._last
            self.findings = [finding for finding in self.findings if finding is not last]
            self._keep(replace(last, status=Status.UNEXPECTED, detail=trouble))

    def _note(
        self,
        shape: str,
        request: str,
        ask: Callable[[], T],
        describe: Callable[[T], str],
        as_good: Sequence[int] = (),
    ) -> T:
        """Send a request and keep how it ended."""
        self._meter.begin(shape)
        began = self._clock.monotonic()
        status, detail, fault = Status.UNEXPECTED, "", tuple[int, ...]()
        try:
            answer = ask()
            status, detail = Status.HOLDS, describe(answer)
            return answer
        except Fault as refusal:
            holds = refusal.has(*as_good)
            status, fault = Status.HOLDS if holds else Status.REFUSED, refusal.codes
            detail = f"{'refused: ' if holds else ''}{codes.describe_fault(refusal)}"
            raise
        except WsManError as trouble:
            detail = f"{type(trouble).__name__}: {trouble}"
            raise
        finally:
            seconds = self._clock.monotonic() - began
            self._keep(Finding(shape, request, status, detail, fault, seconds, self._meter.spent()))

    def _keep(self, finding: Finding) -> None:
        """Keep a finding, unless the same shape is known to end like that."""
        self.failures += finding.status is not Status.HOLDS
        key = (finding.shape, _blank(finding.request), finding.status, finding.codes)
        if key not in self._known:
            self._known.add(key)
            self.findings.append(finding)
        self._last = finding


def _blank(request: str) -> str:
    """A request without what differs from object to object; one object or several make no difference."""
    return _SEVERAL.sub(r"\1", _LITERAL.sub("…", request))


def _shape_of(wql: str) -> str:
    if association := _ASSOCIATORS.match(wql):
        return f"query associators of {association['class']} by {association['role']}"
    select = _SELECT.fullmatch(wql)
    if select is None:
        return "query"
    compared = list(dict.fromkeys(_COMPARED.findall(select["where"] or "")))
    return f"query {select['class']}" + (f" by {', '.join(compared)}" if compared else "")


def _call(path: ObjectPath, method: str, arguments: Mapping[str, Argument] | None) -> str:
    return f"{method} of {path}" + (f" with {', '.join(arguments)}" if arguments else "")


def _missing_columns(wql: str, rows: Sequence[Instance]) -> list[str]:
    """An array that is NULL isn't in an answer at all."""
    select = _SELECT.fullmatch(wql)
    columns = select["columns"].split(", ") if select else []
    may_be_missing = ("*", *BINDING_COLUMNS)
    return [name for name in columns if name not in may_be_missing and any(name not in row for row in rows)]


def _count(rows: Sequence[Instance]) -> str:
    return f"{len(rows)} row" + ("" if len(rows) == 1 else "s")


def _describe(result: MethodResult) -> str:
    """Say what a method gave back."""
    returned = "no return value" if result.return_value is None else f"returned {result.return_value}"
    outputs = ", ".join(result.outputs)
    return f"{returned}, outputs {outputs}" if outputs else returned
