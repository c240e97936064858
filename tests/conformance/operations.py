# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations: what a client does, and what it must find, which is what is true inside the host."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.hosts import Hosts
from conformance.peer import Peer, WsFault
from conformance.xml import WMI

CIMV2, IIS = "root/cimv2", "root/MicrosoftIISv2"
SITE = {"Name": "W3SVC/1"}
SERVER, SETTING = f"{WMI}{IIS}/IIsWebServer", f"{WMI}{IIS}/IIsWebServerSetting"
REGISTRY = f"{WMI}root/default/StdRegProv"
SERVICE = f"{WMI}{CIMV2}/Win32_Service"
_SETTLED = 15.0
"""Seconds within which a site must have reached its state."""


@dataclass(frozen=True)
class Bench:
    """A connected client and the truth about its host."""

    peer: Peer
    hosts: Hosts
    name: str
    connect: Callable[[], Peer]

    @property
    def truth(self) -> Any:
        """What is true inside the host."""
        return self.hosts.truth(self.name)

    def settles(self, key: str, state: str) -> None:
        """Wait until a site is in a state."""
        deadline = time.monotonic() + _SETTLED
        while self.truth["iis"]["sites"][key]["state"].lower() != state:
            if time.monotonic() > deadline:
                raise AssertionError(f"{key} is {self.truth['iis']['sites'][key]['state']}, not {state}")
            time.sleep(0.05)


def expect(found: object, wanted: object) -> None:
    """Raise AssertionError unless both are equal."""
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def _fault(call: Callable[[], object], *codes: int) -> None:
    """Expect a fault of one of these codes."""
    try:
        answer = call()
    except WsFault as error:
        if error.code not in codes:
            raise AssertionError(f"fault {error.code}, wanted {codes}") from error
    else:
        raise AssertionError(f"no fault but {answer!r}")


def _identify(bench: Bench) -> None:
    answer = bench.peer.identify()
    if "Microsoft Corporation" not in answer or "5.2.3790" not in answer:
        raise AssertionError(f"identified as {answer!r}")


def _services(bench: Bench) -> None:
    rows = bench.peer.select(CIMV2, "SELECT * FROM Win32_Service")
    truth = bench.truth["services"]
    expect(sorted(str(row["Name"]) for row in rows), sorted(truth))
    for row in rows:
        inside = truth[row["Name"]]
        expect((row["State"], row["ProcessId"]), (inside["state"], str(inside["pid"])))


def _columns(bench: Bench) -> None:
    rows = bench.peer.select(CIMV2, "SELECT Name, State FROM Win32_Service WHERE Name = 'W3SVC'")
    expect([dict(row) for row in rows], [{"Name": "W3SVC", "State": bench.truth["services"]["W3SVC"]["state"]}])


def _associators(bench: Bench) -> None:
    query = "ASSOCIATORS OF {Win32_Service.Name='IISADMIN'} WHERE AssocClass = Win32_DependentService Role = Antecedent"
    names = {str(row["Name"]) for row in bench.peer.select(CIMV2, query)}
    if "W3SVC" not in names or "IISADMIN" in names:
        raise AssertionError(f"dependents of IISADMIN: {names}")


def _references(bench: Bench) -> None:
    names = bench.peer.references(IIS, "SELECT * FROM IIsWebServer")
    expect(sorted(names), sorted(key for key in bench.truth["iis"]["sites"] if key.startswith("W3SVC/")))


def _get(bench: Bench) -> None:
    setting = bench.peer.get(SETTING, SITE)
    expect(setting["Name"], "W3SVC/1")
    bindings: Any = setting["ServerBindings"]
    expect((bindings[0] if isinstance(bindings, list) else bindings)["Port"], "80")
    expect(bench.peer.get(SERVICE, {"Name": "w3svc"})["InstallDate"], None)


def _get_fragment(bench: Bench) -> None:
    expect(dict(bench.peer.get(SETTING, SITE, "ServerComment")), {"ServerComment": "Default Web Site"})


def _put_whole(bench: Bench) -> None:
    changed = bench.peer.put(SETTING, SITE, {"ServerComment": "Tom & Jerry <1>"})
    expect(changed["ServerComment"], "Tom & Jerry <1>")
    bench.peer.put(SETTING, SITE, {"ServerComment": "Default Web Site"})
    expect(bench.peer.get(SETTING, SITE)["ServerComment"], "Default Web Site")


def _put_fragment(bench: Bench) -> None:
    bench.peer.put(SETTING, SITE, {"MaxConnections": "17"}, "MaxConnections")
    expect(bench.peer.get(SETTING, SITE)["MaxConnections"], "17")
    bench.peer.put(SETTING, SITE, {"MaxConnections": "-1"}, "MaxConnections")
    expect(bench.peer.get(SETTING, SITE)["MaxConnections"], "-1")


def _stop_and_start(bench: Bench) -> None:
    bench.peer.invoke(SERVER, SITE, "Stop", {})
    bench.settles("W3SVC/1", "stopped")
    bench.peer.invoke(SERVER, SITE, "Start", {})
    bench.settles("W3SVC/1", "started")


def _current_mode(bench: Bench) -> None:
    answer = bench.peer.invoke(f"{WMI}{IIS}/IIsWebService", {"Name": "W3SVC"}, "GetCurrentMode", {})
    expect(bench.truth["iis"]["running_mode"], {"0": "iis5", "1": "worker_process"}[str(answer["ReturnValue"])])


def _save(bench: Bench) -> None:
    bench.peer.invoke(f"{WMI}{IIS}/IIsComputer", {"Name": "LM"}, "SaveData", {})
    expect(bench.truth["iis"]["metabase"]["unsaved_changes"], 0)


def _registry(bench: Bench) -> None:
    key = {"hDefKey": "2147483650", "sSubKeyName": r"SYSTEM\CurrentControlSet\Services\W3SVC"}
    answer = bench.peer.invoke(REGISTRY, {}, "GetDWORDValue", {**key, "sValueName": "Start"})
    expect((answer["ReturnValue"], answer["uValue"]), ("0", "2"))
    names: Any = bench.peer.invoke(REGISTRY, {}, "EnumKey", {**key, "sSubKeyName": r"SYSTEM\CurrentControlSet"})
    if "Services" not in names["sNames"]:
        raise AssertionError(f"keys: {names}")


def _no_instance(bench: Bench) -> None:
    _fault(lambda: bench.peer.get(SERVICE, {"Name": "NoSuchService"}), 2150858752)


def _no_class(bench: Bench) -> None:
    _fault(lambda: bench.peer.select(CIMV2, "SELECT * FROM Win32_NoSuchClass"), 2150858778)


def _bad_wql(bench: Bench) -> None:
    _fault(lambda: bench.peer.select(CIMV2, "SELEKT * FROM Win32_Service"), 2150858778)


def _no_method(bench: Bench) -> None:
    _fault(lambda: bench.peer.invoke(SERVER, SITE, "Explode", {}), 2150858771)


def _bad_value(bench: Bench) -> None:
    _fault(lambda: bench.peer.put(SETTING, SITE, {"MaxConnections": "many"}), 2150858838)


def _shell(bench: Bench) -> None:
    expect(bench.peer.run("echo", "hello"), (0, "hello\r\n", ""))


def _exit_code(bench: Bench) -> None:
    code, _out, _err = bench.peer.run("cmd.exe", "/c", "exit", "7")
    expect(code, 7)


def _stderr(bench: Bench) -> None:
    code, out, err = bench.peer.run("nosuchprogram")
    expect((code, out), (1, ""))
    if "'nosuchprogram' is not recognized" not in err:
        raise AssertionError(f"stderr: {err!r}")


def _shell_quota(bench: Bench) -> None:
    for _number in range(2):
        bench.peer.open_shell()
    other = bench.connect()
    try:
        _fault(other.open_shell, 2150859173)
    finally:
        other.close()


@dataclass(frozen=True)
class Operation:
    """An operation, and the kind of host it is tried on."""

    name: str
    kind: str
    run: Callable[[Bench], None]


OPERATIONS = (
    Operation("Identify", "plain", _identify),
    Operation("Enumerate: all at once", "plain", _services),
    Operation("Enumerate: one item, then Pulls", "pulls", _services),
    Operation("Enumerate: first answer empty", "empty", _services),
    Operation("Enumerate: batches of 20 (WinRM 1.1)", "old", _services),
    Operation("Enumerate: some columns", "plain", _columns),
    Operation("Enumerate: ASSOCIATORS OF", "plain", _associators),
    Operation("Enumerate: endpoint references", "plain", _references),
    Operation("Get", "plain", _get),
    Operation("Get of a fragment", "plain", _get_fragment),
    Operation("Put, whole", "plain", _put_whole),
    Operation("Put of a fragment", "plain", _put_fragment),
    Operation("Invoke: stop and start a site", "plain", _stop_and_start),
    Operation("Invoke: GetCurrentMode", "plain", _current_mode),
    Operation("Invoke: SaveData", "plain", _save),
    Operation("Invoke: registry (static methods)", "plain", _registry),
    Operation("Fault: no such instance", "plain", _no_instance),
    Operation("Fault: no such class", "plain", _no_class),
    Operation("Fault: not WQL", "plain", _bad_wql),
    Operation("Fault: no such method", "plain", _no_method),
    Operation("Fault: value of another type", "plain", _bad_value),
    Operation("Shell: output", "plain", _shell),
    Operation("Shell: exit code", "plain", _exit_code),
    Operation("Shell: error output", "old", _stderr),
    Operation("Shell: a third one refused (WinRM 1.1)", "old", _shell_quota),
)


def attempt(bench: Bench) -> Mapping[str, Callable[[], object]]:
    """For a client that is to be refused: the first thing that each kind of client can do."""
    return {
        "WMI": lambda: bench.peer.select(CIMV2, "SELECT Name FROM Win32_Service"),
        "shell": lambda: bench.peer.run("echo", "hello"),
    }
