# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts as they are in fleets that nobody watches: each is dealt with in bounded time, and named for what it is."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from scenarios.in_process import run_module

from simulator.iis.programs import reset_texts
from simulator.iis7.programs.appcmd import texts as appcmd_texts
from simulator.machine import Account
from simulator.windows import texts

from .cases import host_for, state_of, undisturbed
from .conftest import CASES
from .operation import Operation, failed
from .operations import OPERATIONS

DAY = 86_400.0

#: A few of the operations, where ``make test`` tries a few: those that compare times, read texts or run programs.
_SHORT = (
    "metabase save with a backup", "service restart by iisreset", "reset access", "reboot", "metabase restore",
    "IIS 10 by WMI: pool recycle", "IIS 7.5 by appcmd: site start",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "operation" in metafunc.fixturenames:
        everywhere = metafunc.config.getoption("--everywhere")
        metafunc.parametrize("operation", OPERATIONS if everywhere else _SHORT)


def carry_out(operation, record_property, group, **options):
    """Run an operation on an unusual host; it ends as on a usual one."""
    with host_for(OPERATIONS[operation], **options) as host:
        results = OPERATIONS[operation].run(host)
        host.wait(70)
        assert not failed(results[-1]), results[-1]["msg"]
        assert state_of(host) == undisturbed(operation).final
        record_property(CASES, (group, 1, 1))
        return results


# -- a clock that is wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [-DAY, DAY], ids=["a day late", "a day early"])
def test_a_clock_that_is_wrong_by_a_day_changes_nothing(operation, skew, record_property):
    carry_out(operation, record_property, "Wrong clocks", clock_skew=skew)


@pytest.mark.parametrize("skew", [-DAY, DAY])
@pytest.mark.parametrize("returned", [True, False])
def test_a_failed_save_is_seen_whatever_the_clock_says(skew, returned):
    """The event that tells of it is found by its record, not by the time."""
    with host_for(OPERATIONS["metabase save"], clock_skew=skew) as host:
        host.act("switch", name="save_returns_file_errors", value=returned)
        host.act("fill_disk")
        result = host.run("iis_metabase_save", timeout=5)
        assert result["failed"]
        assert "51228" in result["msg"]


def test_a_clock_that_is_set_while_the_metabase_is_saved_does_not_hide_that_it_was():
    with host_for(OPERATIONS["metabase save"]) as host:
        host.act("skew_clock", seconds=-DAY)
        assert not failed(host.run("iis_metabase_save"))
        assert host.iis["metabase"]["memory_equals_disk"]


# -- another language --------------------------------------------------------------------------------------------

_WORD = re.compile(r"%\w|\{\w+\}|[A-Za-z]{2,}")


def foreign(text: str) -> str:
    """A text in a language that no client was made for: no word of it is English, what is filled in stays."""
    return _WORD.sub(lambda word: word[0] if word[0][0] in "%{" else f"ø{word[0][::-1].lower()}ß", text)


@pytest.fixture
def foreign_host(monkeypatch):
    """Every text that the simulated Windows and its programs print or record is foreign."""
    english = texts.TEXTS
    strange = replace(
        english,
        messages={key: foreign(text) for key, text in english.messages.items()},
        system_errors={code: foreign(text) for code, text in english.system_errors.items()},
        events={key: foreign(text) for key, text in english.events.items()},
    )
    monkeypatch.setattr(texts, "TEXTS", strange)
    spoken = {key: foreign(text) for key, text in reset_texts.ENGLISH.items()}
    monkeypatch.setattr(reset_texts, "_TABLES", {**reset_texts._TABLES, "en": spoken})
    printed = {key: foreign(text) for key, text in appcmd_texts.ENGLISH.items()}
    monkeypatch.setattr(appcmd_texts, "_TABLES", {**appcmd_texts._TABLES, "en": printed})


def test_no_word_that_windows_says_is_understood_or_needed(operation, foreign_host, record_property):
    carry_out(operation, record_property, "Foreign languages")


@pytest.mark.parametrize("language", ["en", "de"])
def test_iisreset_disabled_is_understood_in_every_language(foreign_host, language):
    operation = OPERATIONS["service restart by iisreset"]
    with host_for(replace(operation, spec=lambda: replace(operation.spec(), iisreset_language=language))) as host:
        host.act("disable_iisreset")
        result = operation.run(host)[-1]
        assert failed(result)
        assert "IISReset is disabled" in result["msg"]
        assert host.service("W3SVC") == "Running"


# -- rights for one namespace only -------------------------------------------------------------------------------

ACCOUNTS = {
    namespace: [Account("operator", "Geheim-4711", denied_namespaces=(namespace,))]
    for namespace in ("root/MicrosoftIISv2", "root/WebAdministration", "root/cimv2", "root/default")
}


@pytest.mark.parametrize("denied", ACCOUNTS)
def test_an_account_without_rights_for_a_namespace_is_told_so_and_nothing_is_changed(
    operation, denied, record_property
):
    with host_for(replace(OPERATIONS[operation], arrange=lambda _host: None), accounts=ACCOUNTS[denied]) as host:
        before = state_of(host)
        began = host.time.monotonic()
        result = OPERATIONS[operation].run(host)[-1]
        assert host.time.monotonic() - began < 400
        if failed(result):
            told = ("ERROR_WSMAN_WMI_SVC_ACCESS_DENIED", "There is no metabase backup 'before'")
            assert any(words in result["msg"] for words in told)
            assert state_of(host).services == before.services
            assert state_of(host).lost_changes == 0
        elif OPERATIONS[operation].arrange is Operation.arrange:
            # It could be done without that namespace, and was.
            host.wait(70)
            assert state_of(host) == undisturbed(operation).final
    record_property(CASES, ("Denied namespaces", 1, 1))


# -- a host that hangs -------------------------------------------------------------------------------------------


@contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """Accepts connections and reads; then it gives the start of an answer and falls silent, or says nothing at all."""
    server = socket.create_server(("127.0.0.1", 0))
    kept = []

    def serve() -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            kept.append(connection)
            if answer is not None:
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for connection in kept:
            connection.close()


class Hanging:
    """A host for ``run_module`` that isn't one of the simulator's."""

    name = "web01"

    def __init__(self, port: int) -> None:
        self._port = port

    def variables(self):
        return {
            "ansible_host": "127.0.0.1",
            "ansible_port": self._port,
            "ansible_user": "operator",
            "ansible_password": "Geheim-4711",
            "ansible_winrm_transport": ["ntlm"],
            "ansible_winrm_scheme": "http",
            "_extras": {"ansible_winrm_operation_timeout_sec": 1, "ansible_winrm_read_timeout_sec": 2},
        }


SILENCES = {
    "nothing at all": None,
    "the beginning of a status line": b"HTTP/1.1 2",
    "headers without an end": b"HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/1.0\r\n",
    "a body that never comes": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
    "half a challenge": b"HTTP/1.1 401 \r\nWWW-Authenticate: Negotiate TlRMTVNTUAACAAA\r\nContent-Length: 99\r\n\r\n",
}


@pytest.mark.parametrize("answer", SILENCES.values(), ids=SILENCES)
def test_a_host_that_hangs_is_unreachable_within_its_timeouts(answer):
    with listener(answer) as port:
        began = time.monotonic()
        result = run_module(Hanging(port), "iis_site", id=1, state="stopped")
        took = time.monotonic() - began
    assert result["unreachable"]
    assert f"127.0.0.1:{port}" in result["msg"]
    assert took < 60, "two attempts at the read timeout of two seconds, on a slow machine"
