# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A channel over Ansible's own connection plugins."""

from __future__ import annotations

import ssl
import sys
from types import SimpleNamespace

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    AuthenticationRefused,
    HostUnreachable,
    UnsupportedConnection,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport import controller
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.errors import (
    Attempt,
    error_types,
    translate,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.open import open_channel
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.variables import WINRM

WHERE = "http://host.test:5985/wsman"


def attempt(sealed):
    return Attempt(WHERE, WINRM, sealed, connect_seconds=30, read_seconds=30)


def connection(kind, **options):
    plugin = connection_loader.get(kind, PlayContext())
    plugin.set_options(
        var_options={"_extras": {}},
        direct={"remote_addr": "127.0.0.1", "remote_user": "admin", "remote_password": "x", **options},
    )
    return plugin


def fake(**attributes):
    """A connection without options, or with those of ``get_option``."""
    return SimpleNamespace(**{"get_options": dict, "get_option": lambda _name: None, **attributes})


def test_winrm_is_opened_without_a_shell_and_without_a_message():
    pytest.importorskip("winrm")
    plugin = connection("winrm", port=1, transport=["ntlm"], scheme="http", connection_timeout=45)
    channel = open_channel(plugin)
    assert plugin.shell_id is None
    assert channel.endpoint == "http://127.0.0.1:1/wsman"
    assert channel.operation_timeout == 45
    with pytest.raises(HostUnreachable, match="refused: check ansible_port"):
        channel.send(b"<s:Envelope/>")


def test_a_winrm_connection_that_is_open_is_used_as_it_is():
    protocol = SimpleNamespace(transport=SimpleNamespace(endpoint=WHERE), operation_timeout_sec=20)
    plugin = fake(transport="winrm", protocol=protocol, shell_id="S")
    assert open_channel(plugin).endpoint == WHERE
    assert plugin.shell_id == "S"


@pytest.mark.parametrize("other", [{"remote_addr": "127.0.0.2"}, {"port": 2}, {"remote_user": "other"}])
def test_a_connection_that_ansible_keeps_for_the_next_item_of_a_loop_goes_where_that_item_is(other):
    """It sets the new options and leaves the session as it is."""
    pytest.importorskip("winrm")
    options = {"remote_addr": "127.0.0.1", "port": 1, "remote_user": "me", "remote_password": "x", "scheme": "http"}
    plugin = connection("winrm", transport=["ntlm"], **options)
    first = open_channel(plugin)
    again = open_channel(plugin)
    assert again.endpoint == first.endpoint
    assert plugin.protocol is first._protocol, "the same host: one session for all items"

    plugin.set_options(var_options={"_extras": {}}, direct={"transport": ["ntlm"], **options, **other})
    channel = open_channel(plugin)

    wanted = {**options, **other}
    assert channel.endpoint == f"http://{wanted['remote_addr']}:{wanted['port']}/wsman"
    assert channel._protocol.transport.username == wanted["remote_user"]


def test_a_former_host_that_is_gone_is_not_the_next_ones_trouble():
    def gone():
        raise OSError("gone")

    old, options = SimpleNamespace(), {"remote_addr": "web01"}
    plugin = fake(transport="psrp", runspace=None, close=gone, get_options=lambda: dict(options))
    plugin._build_kwargs = lambda: setattr(
        plugin, "_psrp_conn_kwargs", {"server": options["remote_addr"], "ssl": False}
    )
    pytest.importorskip("pypsrp")
    open_channel(plugin)
    plugin.runspace = SimpleNamespace(connection=old)
    options["remote_addr"] = "web02"

    assert open_channel(plugin).endpoint.startswith("http://web02:")


def test_a_protocol_that_the_plugin_replaced_is_the_one_used():
    protocol = SimpleNamespace(transport=SimpleNamespace(endpoint=WHERE), operation_timeout_sec=20)
    plugin = fake(transport="winrm", protocol=SimpleNamespace(), shell_id=None)
    channel = open_channel(plugin)
    plugin.protocol = protocol
    assert channel.endpoint == WHERE


class Plugin:
    """A winrm plugin as an ansible-core of the future might be."""

    transport = "ansible.builtin.winrm"

    def __init__(self, transports=("ntlm",), needs_shell=False, has_shell=True):
        self.protocol = None
        self.calls = []
        self.transports = list(transports)
        self.needs_shell = needs_shell
        if has_shell:
            self.shell_id = None

    def get_option(self, _name):
        return self.transports

    def get_options(self):
        return {"transport": self.transports}

    def _connect(self):
        shell = getattr(self, "shell_id", "none")
        self.calls.append(shell)
        if not (self.needs_shell and shell):
            self.protocol = SimpleNamespace()


def test_with_several_transports_the_plugin_finds_out_which_works():
    plugin = Plugin(transports=["kerberos", "ntlm"])
    open_channel(plugin)
    assert plugin.calls == [None]


def test_a_plugin_that_does_not_know_shells_just_connects():
    plugin = Plugin(has_shell=False)
    open_channel(plugin)
    assert plugin.calls == ["none"]


def test_a_plugin_that_wants_its_shell_gets_it():
    plugin = Plugin(needs_shell=True)
    open_channel(plugin)
    assert len(plugin.calls) == 2
    assert plugin.calls[1] is None


def test_psrp_is_opened_without_a_runspace_and_without_a_message():
    pytest.importorskip("pypsrp")
    plugin = connection("psrp", port=1, protocol="http", auth="ntlm", operation_timeout=45)
    channel = open_channel(plugin)
    assert plugin.runspace is None
    assert channel.endpoint == "http://127.0.0.1:1/wsman"
    assert channel.operation_timeout == 45
    with pytest.raises(HostUnreachable, match="refused"):
        channel.send(b"<s:Envelope/>")


def test_psrp_options_that_contradict_each_other_are_explained():
    pytest.importorskip("pypsrp")
    with pytest.raises(UnsupportedConnection, match="encryption"):
        open_channel(connection("psrp", port=1, protocol="http", auth="basic"))


def test_a_runspace_that_is_open_is_used_as_it_is():
    wsman = SimpleNamespace(transport=SimpleNamespace(endpoint=WHERE))
    plugin = fake(transport="psrp", runspace=SimpleNamespace(connection=wsman))
    assert open_channel(plugin).endpoint == WHERE


def test_a_psrp_plugin_without_settings_connects_in_its_own_way():
    pytest.importorskip("pypsrp")

    class Psrp:
        transport = "psrp"
        runspace = None
        get_options = dict

        def get_option(self, _name):
            return None

        def _connect(self):
            self.runspace = SimpleNamespace(connection=SimpleNamespace(transport=SimpleNamespace(endpoint=WHERE)))

    assert open_channel(Psrp()).endpoint == WHERE


@pytest.mark.parametrize("kind", ["local", "ssh"])
def test_other_connections_are_refused_with_the_remedy(kind):
    with pytest.raises(
        UnsupportedConnection, match=f"{kind} can't carry WS-Management: set ansible_connection to winrm"
    ):
        open_channel(SimpleNamespace(transport=kind))


def test_libraries_that_are_not_installed_are_no_obstacle():
    assert ValueError in error_types("no.such.Thing", "ssl.NoSuchThing")


class SpnegoError(Exception):
    pass


def test_a_security_error_before_the_session_is_sealed_is_about_authentication():
    error = translate(SpnegoError("no KDC\nsecond line"), attempt(sealed=False))
    assert isinstance(error, AuthenticationRefused)
    assert str(error) == f"{WHERE}: authentication failed: no KDC"


def test_a_security_error_in_a_sealed_session_is_about_the_answer():
    assert isinstance(translate(SpnegoError("bad signature"), attempt(sealed=True)), AnswerLost)


class WinRMError(Exception):
    pass


@pytest.mark.parametrize(
    "error", [WinRMError("requests_ntlm is not installed"), ImportError("requests_ntlm is not installed")]
)
def test_a_library_that_is_missing_is_named(error):
    found = translate(error, attempt(sealed=False))
    assert "requests_ntlm is not installed" in str(found)
    assert not isinstance(found, AnswerLost)


def test_a_password_that_basic_authentication_cannot_carry_is_not_shown():
    with pytest.raises(UnicodeEncodeError) as caught:
        "pa€€word".encode("latin-1")
    found = translate(caught.value, attempt(sealed=False))
    assert "a character that can't be sent" in str(found)
    assert "u20ac" not in str(found)


def test_a_sealed_answer_of_the_wrong_length_is_lost():
    assert isinstance(
        translate(WinRMError("Encrypted length from server does not match"), attempt(sealed=True)), AnswerLost
    )


def test_a_damaged_sealed_answer_is_lost():
    assert isinstance(translate(IndexError("list index out of range"), attempt(sealed=True)), AnswerLost)


@pytest.mark.parametrize("error", [ssl.SSLEOFError(8, "EOF occurred"), ssl.SSLError(1, "BAD_RECORD_MAC")])
def test_tls_that_breaks_later_may_have_carried_the_request(error):
    assert isinstance(translate(error, attempt(sealed=False)), AnswerLost)


class KerberosExchangeError(Exception):
    pass


@pytest.mark.parametrize(
    ("code", "words"), [(-1765328370, "RC4 only: allow RC4 here"), (-1765328347, "5 minutes"), (-1765328378, "")]
)
def test_what_kerberos_says_by_its_code_gets_its_remedy(code, words):
    error = KerberosExchangeError("authGSSClientStep() failed")
    error.__context__ = ValueError(("Unspecified GSS failure", 851968), ("whatever the library says", code))
    found = translate(error, attempt(sealed=False))
    assert isinstance(found, AuthenticationRefused)
    start = f"{WHERE}: authentication failed: authGSSClientStep() failed"
    assert str(found).startswith(f"{start}. " if words else start)
    assert words in str(found)
    assert words or str(found) == start


def test_a_plain_mistake_is_not_blamed_on_the_controller():
    assert isinstance(translate(ValueError("odd"), attempt(sealed=True)), AnswerLost)


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.setattr(controller.importlib.util, "find_spec", lambda name: None)


@pytest.mark.parametrize(("kind", "requirement"), [("winrm", "pywinrm>=0.4.3"), ("psrp", "pypsrp")])
def test_a_library_that_is_missing_comes_with_the_command_that_installs_it(kind, requirement, nothing_installed):
    plugin = fake(transport=kind, protocol=None, runspace=None)
    with pytest.raises(UnsupportedConnection) as caught:
        open_channel(plugin)
    assert f"{sys.executable} -m pip install '{requirement}'" in str(caught.value)


@pytest.mark.parametrize("options", [{"transport": ["kerberos"]}, {"transport": None, "remote_user": "me@EXAMPLE.COM"}])
def test_so_does_the_one_of_kerberos(options, monkeypatch):
    monkeypatch.setattr(controller.importlib.util, "find_spec", lambda name: name if name == "winrm" else None)
    plugin = fake(transport="winrm", protocol=None, get_option=options.get)
    with pytest.raises(UnsupportedConnection, match=r"pip install 'pywinrm\[kerberos\]'"):
        open_channel(plugin)
