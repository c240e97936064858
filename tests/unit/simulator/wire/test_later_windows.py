# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of Windows Server 2008 R2 and 2022 on the wire: their WinRM, and IIS 7's classes in its shapes."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from unit.simulator.wire.requests_xml import ENUM, NS, TRANSFER, WMI, body_of, fault_code, local, select, send, wql
from winrm.exceptions import WSManFaultError
from winrm.protocol import Protocol

from simulator.clock import RealClock
from simulator.fleet import Fleet, FleetThread
from simulator.iis7.spec import Iis7Spec, Site7
from simulator.iis7.switches import OutputEncoding, Switches7
from simulator.scenario import HostSpec, mixed, place_host, placed
from simulator.windows.console import Account
from simulator.wire.profile import MissingNamespace, WireOptions

IIS7 = f"{WMI}root/WebAdministration"
APPCMD = r"C:\Windows\System32\inetsrv\appcmd.exe"
ADDRESS = "127.0.9.7"
Connect = Callable[..., Protocol]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    """Start a host and connect pywinrm to it."""
    with ExitStack() as stack:

        def run(kind: str = "iis10", wire: WireOptions | None = None, elevated: bool = True, **iis7: Any) -> Protocol:
            clock = RealClock(time.monotonic, speed=20.0)
            account = Account("op", "Passw0rd", elevated=elevated)
            spec = HostSpec("web01", ADDRESS, (account,), kind=kind, iis7=Iis7Spec(**iis7), wire=wire or WireOptions())
            placements = [place_host(each, clock, tmp_path) for each in placed([spec])]
            fleet = stack.enter_context(FleetThread(Fleet(placements, clock))).fleet
            scheme = "https" if spec.wire.tls else "http"
            return Protocol(
                f"{scheme}://{ADDRESS}:{fleet.port}/wsman",
                transport="ntlm",
                username=account.user,
                password=account.password,
                server_cert_validation="ignore",
            )

        yield run


def run(host: Protocol, command: str) -> tuple[bytes, int]:
    shell = host.open_shell(codepage=65001)
    try:
        command_id = host.run_command(shell, command)
        out, _error, code = host.get_command_output(shell, command_id)
        return out, code
    finally:
        host.close_shell(shell)


def invoke(host: Protocol, class_name: str, method: str, name: str) -> Any:
    uri = f"{IIS7}/{class_name}"
    body = f'<p:{method}_INPUT xmlns:p="{uri}"/>'
    return body_of(send(host, f"{uri}/{method}", uri, body, {"Name": name}))[0]


@pytest.mark.parametrize(
    ("kind", "envelope", "shells"), [("iis75", "150", "5"), ("iis10", "500", "30")], ids=["2008r2", "2022"]
)
def test_the_quotas_of_its_winrm(connect: Connect, kind: str, envelope: str, shells: str):
    host = connect(kind)
    found = body_of(send(host, f"{TRANSFER}/Get", "http://schemas.microsoft.com/wbem/wsman/1/config"))
    values = {local(node): node.text for node in found.iter()}
    assert (values["MaxEnvelopeSizekb"], values["MaxShellsPerUser"]) == (envelope, shells)


def test_the_first_answer_holds_one_item(connect: Connect):
    host = connect(scripting_tools=True, sites=[Site7(n, f"S{n}", ()) for n in range(1, 4)])
    first = body_of(send(host, f"{ENUM}/Enumerate", f"{IIS7}/*", wql("SELECT Name FROM Site")))
    assert len(first.find("n:EnumerateResponse/w:Items", NS)) == 1
    assert len(select(host, "SELECT Name FROM Site", IIS7)) == 3


def test_a_larger_envelope_is_asked_for_where_it_is_allowed(connect: Connect):
    uri = f"{WMI}root/cimv2/*"
    host = connect()
    assert len(body_of(send(host, f"{ENUM}/Enumerate", uri, wql("SELECT * FROM Win32_Service"), size=512000)))
    old = connect("iis75")
    with pytest.raises(WSManFaultError):
        send(old, f"{ENUM}/Enumerate", uri, wql("SELECT * FROM Win32_Service"), size=512000)


def test_bindings_are_nested_objects(connect: Connect):
    (site,) = select(connect(scripting_tools=True), "SELECT * FROM Site", IIS7)
    names = [local(node) for node in site]
    assert names == sorted(names, key=str.lower)
    (binding,) = (node for node in site if local(node) == "Bindings")
    assert binding.get(f"{{{NS['xsi']}}}type") == "q:BindingElement_Type"
    assert {local(node): node.text for node in binding}["BindingInformation"] == "*:80:"


def test_a_method_without_value_answers_with_an_empty_output(connect: Connect):
    host = connect(scripting_tools=True)
    assert len(invoke(host, "Site", "Stop", "Default Web Site")) == 0
    (value,) = invoke(host, "Site", "GetState", "Default Web Site")
    assert (local(value), value.text in ("2", "3")) == ("ReturnValue", True)


def test_a_refusal_carries_its_hresult_as_the_host_is_told_to(connect: Connect):
    host = connect(scripting_tools=True)
    invoke(host, "ApplicationPool", "Stop", "DefaultAppPool")
    time.sleep(0.2)
    with pytest.raises(WSManFaultError) as caught:
        invoke(host, "ApplicationPool", "Recycle", "DefaultAppPool")
    assert 'Code="2147943462"' in caught.value.response  # 0x80070426


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (MissingNamespace.NOT_FOUND, 2150858752),
        (MissingNamespace.CANNOT_PROCESS_FILTER, 2150858778),
        (MissingNamespace.PROVIDER, 2150859010),
    ],
)
def test_no_such_namespace_without_the_feature(connect: Connect, rule: MissingNamespace, code: int):
    with pytest.raises(WSManFaultError) as caught:
        select(connect(wire=WireOptions(missing_namespace=rule)), "SELECT Name FROM Site", IIS7)
    assert fault_code(caught.value) == code


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [(OutputEncoding.ANSI, "cp1252"), (OutputEncoding.CONSOLE, "utf-8"), (OutputEncoding.OEM, "cp437")],
)
def test_appcmd_writes_in_a_code_page_of_its_own(connect: Connect, encoding: OutputEncoding, codec: str):
    host = connect(sites=[Site7(1, "Smørrebrød é")], switches=Switches7(appcmd_encoding=encoding))
    out, code = run(host, f"{APPCMD} list site /text:name")
    assert code == 0
    assert out.rstrip() == "Smørrebrød é".encode(codec, "replace")


def test_a_filtered_token_is_told_by_appcmd_and_wmi(connect: Connect):
    host = connect(scripting_tools=True, elevated=False)
    out, code = run(host, f"{APPCMD} list sites")
    assert code == 1168
    assert b"redirection.config" in out
    with pytest.raises(WSManFaultError):
        select(host, "SELECT Name FROM Site", IIS7)


def test_tls_1_2(connect: Connect, tls: ssl.SSLContext):
    tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_2
    host = connect(wire=WireOptions(tls=tls))
    assert select(host, "SELECT Name FROM Win32_Service WHERE Name='W3SVC'")


def test_a_mixed_fleet_has_every_kind():
    assert [(spec.kind, spec.profile) for spec in mixed()] == [
        ("iis6", "winrm2.0"),
        ("iis6", "winrm2.0"),
        ("iis75", "winrm2.0r2"),
        ("iis10", "winrm3.0"),
        ("iis10", "winrm3.0"),
    ]
