# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users may write, at every place where it leaves for the host: it arrives as it is, or is refused beforehand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenarios.in_process import Host

from simulator.iis.spec import PoolSpec

from .cases import host_for
from .conftest import CASES
from .operation import failed
from .operations import OPERATIONS

GUARANTEES = Path(__file__).parents[2] / "docs" / "guarantees.md"

#: What is tried, under the name that the table has for it. Each stands in the middle of a text.
CHARACTERS: Mapping[str, str] = {
    "`'`": "'", '`"`': '"', "`\\`": "\\", "`\\'`": "\\'", "`%`": "%", "`%PATH%`": "%PATH%", "`&`": "&",
    "`&& calc`": "&& calc", "`\\|`": "|", "`<`": "<", "`>`": ">", "`^`": "^", "`^&`": "^&", "`(` `)`": "()", "`;`": ";",
    "`,`": ",", "`=`": "=", "`!`": "!", "`*`": "*", "`?`": "?", "`_`": "_", "`[`": "[", "`$(x)`": "$(x)", "`@`": "@",
    "`/`": "/", "`:`": ":", "`{{ 7*7 }}`": "{{ 7*7 }}", "`]]>`": "]]>", "`<!--`": "<!--", "`&lt;`": "&lt;",
    "`' OR Name LIKE '%`": "' OR Name LIKE '%", "blank": " ", "tab": "\t", "line feed": "\n", "carriage return": "\r",
    "NUL": "\0", "escape": "\x1b", "U+0085": "\x85", "U+2028": "\u2028", "U+202E": "\u202e", "`ä€`": "ä€",
    "an emoji": "\U0001f600", "half a surrogate": "\ud800", "U+FFFE": "\ufffe",
}  # fmt: skip

ARRIVES, REFUSED = "as it is", "refused"


@contextmanager
def web(**iis: Any):
    """A host, with a program on it that nobody may run."""
    operation = OPERATIONS["site stop"]
    with host_for(replace(operation, spec=lambda: replace(operation.spec(), unsaved_changes=0, **iis))) as host:
        ran: list[list[str]] = []

        async def canary(_machine: Any, argv: list[str], _console: Any) -> int:
            ran.append(argv)
            return 0

        host._call(lambda: host._machine.programs.update({"calc.exe": canary}))
        yield host
        assert ran == [], "what was written ran on the host"


def site_name(text: str) -> str:
    """iis_site, name: a literal of WQL."""
    with web() as host:
        host._call(lambda: _name_site(host, 2, text))
        result = host.run("iis_site", name=text, state="paused")
        assert host.site("W3SVC/1") == "started"
        return _verdict(result, host.site("W3SVC/2") == "paused")


def pool_name(text: str) -> str:
    """iis_app_pool, name: a literal of WQL and the key of an object."""
    # A name that XML can't hold is none that a pool of the metabase can have.
    possible = () if re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe]", text) else (PoolSpec(text),)
    with web(pools=(PoolSpec("DefaultAppPool"), *possible)) as host:
        result = host.run("iis_app_pool", name=text, state="stopped")
        pools = host.iis["pools"]
        assert pools["DefaultAppPool"] == "started"
        return _verdict(result, pools.get(text) == "stopped")


def backup_name(text: str) -> str:
    """iis_metabase_backup, name: an argument of a method, and a file name on the host."""
    with web() as host:
        result = host.run("iis_metabase_backup", name=text, save_first=False)
        made = host._call(lambda: [entry.location for entry in _iis(host).backups.entries()])
        return _verdict(result, made == [text])


def backup_password(text: str) -> str:
    """iis_metabase_backup, password: an argument of a method."""
    with web() as host:
        result = host.run("iis_metabase_backup", name="safe", password=text, save_first=False)
        if failed(result):
            return _verdict(result, arrived=False)
        wrong = host.run("iis_metabase_backup", name="safe", state="restored", password=f"{text}x")
        right = host.run("iis_metabase_backup", name="safe", state="restored", password=text)
        return _verdict(result, failed(wrong) and not failed(right))


def recovery_command(text: str) -> str:
    """iis_service, recovery.command: an argument of sc.exe on a line of cmd.exe."""
    with web() as host:
        result = host.run(
            "iis_service", name=["w3svc"], recovery={"actions": [{"action": "run_command"}], "command": text}
        )
        return _verdict(result, host._call(lambda: host._machine.scm.get("W3SVC").recovery.command) == text)


SINKS: Mapping[str, Callable[[str], str]] = {
    "site name": site_name,
    "pool name": pool_name,
    "backup name": backup_name,
    "backup password": backup_password,
    "recovery command": recovery_command,
}

#: What ``make test`` tries.
_SHORT = ("`'`", '`"`', "`%PATH%`", "`&& calc`", "NUL")


def _name_site(host: Host, number: int, text: str) -> None:
    _iis(host).store.metabase.set(f"/LM/W3SVC/{number}", "ServerComment", text)


def _iis(host: Host) -> Any:
    return host._machine.control_actions["metabase_save"].__self__._iis


def _verdict(result: Mapping[str, Any], arrived: bool) -> str:
    if failed(result):
        assert not arrived, "it says that it refused, and did it"
        assert not result["changed"], result["msg"]
        assert not re.search("Traceback|unexpected", result["msg"]), result["msg"]
        return REFUSED
    assert arrived, "something else arrived"
    return ARRIVES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    everywhere = metafunc.config.getoption("--everywhere")
    if "character" in metafunc.fixturenames:
        metafunc.parametrize("character", CHARACTERS if everywhere else _SHORT)


def documented() -> dict[tuple[str, str], str]:
    """The table in docs/guarantees.md, by character and sink."""
    lines = GUARANTEES.read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("| Character |"))
    sinks = _cells(lines[head])[1:]
    table = {}
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        character, *verdicts = _cells(line)
        table.update({(character, sink): verdict for sink, verdict in zip(sinks, verdicts, strict=True)})
    return table


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_the_table_has_every_character_at_every_sink():
    assert documented().keys() == {(character, sink) for character in CHARACTERS for sink in SINKS}


@pytest.mark.parametrize("sink", SINKS)
def test_a_character_arrives_as_it_is_or_is_refused(sink, character, record_property):
    assert SINKS[sink](f"a{CHARACTERS[character]}b") == documented()[character, sink]
    record_property(CASES, ("Characters at sinks", 1, 1))


# -- arguments of every kind -------------------------------------------------------------------------------------

_TEXT = st.text(max_size=30) | st.sampled_from([f"a{text}b" for text in CHARACTERS.values()])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)

#: For each module a call that works, and the option that anything is put into.
ARGUMENTS = [
    ("iis_site", {"name": "Shop", "state": "stopped"}, ["name", "state", "service", "timeout", "auto_start", "id"]),
    ("iis_app_pool", {"name": "DefaultAppPool", "state": "stopped"}, ["name", "state", "timeout"]),
    ("iis_isolation_mode", {"mode": "iis5"}, ["mode"]),
    ("iis_metabase_save", {}, ["timeout", "backup"]),
    ("iis_metabase_settings", {"max_history_files": 7}, ["edit_while_running", "history", "max_history_files"]),
    ("iis_metabase_backup", {"name": "n"}, ["name", "state", "version", "password", "timeout", "overwrite"]),
    ("iis_reset_access", {"state": "enabled"}, ["state"]),
    ("iis_info", {}, ["gather_subset"]),
    ("iis_service", {"name": ["w3svc"], "state": "started"},
     ["name", "state", "method", "timeout", "drain_timeout", "drain_connections", "start_mode", "recovery"]),
]  # fmt: skip

_PROGRAMS = re.compile(
    r'(?:iisreset(?: /\w+(?::\d+)?)+|sc failure \w+ reset= \d+ actions= [\w/"]+(?: command= \S.*)?)\Z'
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("module", "options", "names"), ARGUMENTS, ids=[module for module, *_rest in ARGUMENTS])
def test_no_argument_breaks_a_module_or_the_host(module, options, names, request, record_property):
    tried = [0]
    health = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    count = 120 if request.config.getoption("--everywhere") else 12

    with web() as host:

        @settings(max_examples=count, deadline=None, database=None, suppress_health_check=health)
        @given(st.sampled_from(names), _ANYTHING)
        def attack(name, value):
            tried[0] += 1
            result = host.check(module, **{**options, name: value})
            if failed(result):
                assert result["msg"].strip()
                assert "Traceback" not in result["msg"]
            assert host.changes() == [] or all(_PROGRAMS.match(line) for line in host.commands())
            assert host.service("W3SVC") == "Running"
            assert host.site("W3SVC/1") == "started"
            host.forget()

        attack()
    record_property(CASES, ("Arguments of every kind", tried[0], tried[0]))
