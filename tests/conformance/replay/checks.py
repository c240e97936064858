# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays every recorded dialogue to the client, and holds what it read against what the host sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from conformance.replay import expected
from conformance.replay.client import CONNECTIONS, Fault, ObjectPath, OutcomeUnknown, WsManClient, WsManError, connect
from conformance.replay.dialogue import Answer, Dialogue
from conformance.replay.expected import Tally
from conformance.replay.server import ADDRESS, ANY, ReplayServer
from conformance.replay.sources import captured, recorded
from conformance.report import ALL, Result, Status, plain

CLIENT = "This collection, real answers"
_ANYTHING = ObjectPath("root/cimv2", "Anything", {"Name": "any"})


def replay(folder: Path) -> Iterator[Result]:
    """All dialogues, by both connections."""
    (folder / "recordings").mkdir()
    for source, (dialogues, missing) in (
        ("captures", captured()),
        ("recordings of pypsrp", recorded(folder / "recordings")),
    ):
        for kind in CONNECTIONS:
            auth = f"{source} ({kind})"
            if missing:
                yield Result(CLIENT, auth, ALL, Status.SKIPPED, missing)
                continue
            for name, run in _checks(dialogues):
                yield _result(auth, name, kind, run)


Check = Callable[[str], None]


def _checks(dialogues: Sequence[Dialogue]) -> Iterator[tuple[str, Check]]:
    """What can be done with the dialogues, by name."""
    tally = Tally()
    whole = [each for each in dialogues if not any(answer.is_fault for answer in each.answers)]
    enumerations = [each for each in whole if each.first == "Enumerate"]
    for dialogue in enumerations:
        yield f"rows of {dialogue.name}", lambda kind, each=dialogue: _rows(each, kind, tally)  # type: ignore[misc]
    for dialogue in dialogues:
        if _runs_a_command(dialogue):
            yield f"command of {dialogue.name}", lambda kind, each=dialogue: _command(each, kind)  # type: ignore[misc]
    for dialogue in dialogues:
        faults = [answer for answer in dialogue.answers if answer.is_fault]
        if faults:
            yield f"faults of {dialogue.name}", lambda kind, each=faults: _faults(each, kind)  # type: ignore[misc]


def _runs_a_command(dialogue: Dialogue) -> bool:
    """Whether a remote shell was opened and a command ran to its end in it."""
    if dialogue.first != "Create" or "windows/shell/cmd</w:ResourceURI>" not in dialogue.answers[0].document:
        return False
    started = next((not answer.is_fault for answer in dialogue.answers if answer.to == "Command"), False)
    return started and expected.output(dialogue.answers)[0] is not None


def _result(auth: str, name: str, kind: str, run: Check) -> Result:
    status, detail = Status.OK, ""
    try:
        run(kind)
    except (AssertionError, WsManError, LookupError, ValueError, TypeError, ET.ParseError) as error:
        status, detail = Status.FAILED, plain(f"{type(error).__name__}: {error}")
    return Result(CLIENT, auth, name, status, detail)


def _rows(dialogue: Dialogue, kind: str, tally: Tally) -> None:
    """Every row of a query, every value of it."""
    items = expected.rows(dialogue.answers)
    with ReplayServer(dialogue.answers) as server:
        found = _client(kind, server).query("root/cimv2", "SELECT * FROM Anything")
    if len(found) != len(items):
        raise AssertionError(f"{len(found)} rows, but the host sent {len(items)}")
    for row, item in zip(found, items, strict=True):
        expected.compare(row, item, tally)
    if server.unexpected:
        raise AssertionError(f"asked for more: {server.unexpected}")


def _command(dialogue: Dialogue, kind: str) -> None:
    """The exit code and the output of a command."""
    code, out, err = expected.output(dialogue.answers)
    with ReplayServer(dialogue.answers) as server:
        result = _client(kind, server).run("anything", timeout=60.0)
    if (result.exit_code, result.stdout, result.stderr) != (code, out, err):
        raise AssertionError(f"{result!r}, but the host sent {(code, out, err)!r}")


def _faults(answers: Sequence[Answer], kind: str) -> None:
    """Every fault: its codes in order, its reason; and it tells of a change as it should."""
    for answer in answers:
        fault = answer.fault
        assert fault is not None, "only faults are given"
        with ReplayServer([Answer(ANY, answer.document)]) as server:
            client = _client(kind, server)
            _same_fault(lambda each=client: each.get(_ANYTHING), fault)  # type: ignore[misc]
            try:
                _same_fault(lambda each=client: each.invoke(_ANYTHING, "Change"), fault)  # type: ignore[misc]
            except OutcomeUnknown:
                if 2150858793 not in expected.codes(fault):
                    raise


def _same_fault(call: Callable[[], object], fault: ET.Element) -> None:
    wanted = expected.codes(fault)
    try:
        answer = call()
    except Fault as error:
        if [code for code in error.codes if code in wanted] != list(dict.fromkeys(wanted)):
            raise AssertionError(f"codes {error.codes}, but the host sent {wanted}") from error
        if error.reason.strip() != expected.reason(fault):
            raise AssertionError(f"reason {error.reason!r}, but the host sent {expected.reason(fault)!r}") from error
    else:
        raise AssertionError(f"no fault but {answer!r}")


def _client(kind: str, server: ReplayServer) -> WsManClient:
    return connect(kind, ADDRESS, server.port)
