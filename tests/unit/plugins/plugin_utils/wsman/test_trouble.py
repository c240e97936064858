# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be sent again, and what must not."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.wsman.scripted import TIMED_OUT, envelope, talk, wsman_fault

from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import (
    AuthenticationRefused,
    Fault,
    HostUnreachable,
    MalformedAnswer,
    OutcomeUnknown,
)
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.transport.channel import AnswerLost, SessionSpoiled
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath

SITE = ObjectPath("root/MicrosoftIISv2", "IIsWebServer", {"Name": "W3SVC/1"})
INSTANCE = '<p:IIsWebServer xmlns:p="urn:x"><p:ServerState>2</p:ServerState></p:IIsWebServer>'
MODE = '<p:GetCurrentMode_OUTPUT xmlns:p="urn:x"><p:ReturnValue>1</p:ReturnValue></p:GetCurrentMode_OUTPUT>'
DONE = '<p:Stop_OUTPUT xmlns:p="urn:x"/>'

CHANGES = {
    "invoke": lambda host: host.invoke(SITE, "Stop"),
    "put_property": lambda host: host.put_property(SITE, "ServerComment", "x"),
}


@pytest.fixture(params=CHANGES)
def change(request):
    return CHANGES[request.param]


def test_a_lost_read_is_repeated_once_in_a_new_session():
    host, channel = talk(AnswerLost("cut"), INSTANCE)
    assert host.get(SITE).integer("ServerState") == 2
    assert channel.resets == 1


def test_a_method_that_only_reads_is_repeated_like_any_read():
    host, channel = talk(AnswerLost("cut"), MODE)
    assert host.ask(SITE, "GetCurrentMode").return_value == 1
    assert channel.resets == 1
    host, channel = talk(TIMED_OUT, MODE)
    assert host.ask(SITE, "GetCurrentMode").return_value == 1
    host, channel = talk(AnswerLost("cut"), AnswerLost("cut"))
    with pytest.raises(HostUnreachable):
        host.ask(SITE, "GetCurrentMode")
    assert len(channel.sent) == 2


def test_a_lost_change_is_never_repeated(change):
    host, channel = talk(AnswerLost("the connection was cut"))
    with pytest.raises(OutcomeUnknown, match=r"W3SVC/1.*the connection was cut"):
        change(host)
    assert len(channel.sent) == 1
    assert channel.resets == 1, "what comes next starts a new session"


def test_a_change_that_the_host_did_not_finish_in_time_is_unknown(change):
    host, channel = talk(TIMED_OUT)
    with pytest.raises(OutcomeUnknown, match="may still be working"):
        change(host)
    assert (len(channel.sent), channel.resets) == (1, 0)


def test_a_change_whose_answer_makes_no_sense_is_unknown(change):
    host, channel = talk(b"<html>hello</html>")
    with pytest.raises(OutcomeUnknown, match="makes no sense"):
        change(host)
    assert len(channel.sent) == 1


def test_a_refused_change_is_a_fault(change):
    host, _channel = talk(wsman_fault(2150859013))
    with pytest.raises(Fault):
        change(host)


def test_http_400_means_that_nothing_was_done_so_even_a_change_is_sent_again(change):
    host, channel = talk(SessionSpoiled("HTTP 400"), DONE)
    change(host)
    assert channel.resets == 1
    assert channel.header(0, "a:MessageID") != channel.header(1, "a:MessageID")


def test_http_400_twice_is_unreachable(change):
    host, channel = talk(SessionSpoiled("HTTP 400"), SessionSpoiled("HTTP 400"))
    with pytest.raises(HostUnreachable):
        change(host)
    assert len(channel.sent) == 2


def test_wrong_credentials_are_tried_once_so_that_no_account_is_locked():
    host, channel = talk(AuthenticationRefused("HTTP 401"))
    with pytest.raises(AuthenticationRefused):
        host.get(SITE)
    assert len(channel.sent) == 1


def test_a_session_that_had_worked_may_authenticate_anew():
    host, channel = talk(INSTANCE, AuthenticationRefused("HTTP 401"), INSTANCE)
    host.get(SITE)
    host.get(SITE)
    assert channel.resets == 1


def test_a_host_that_cannot_be_reached_is_not_asked_again(change):
    host, channel = talk(HostUnreachable("refused"))
    with pytest.raises(HostUnreachable, match="refused"):
        change(host)
    assert len(channel.sent) == 1


def test_reconnecting_forgets_the_session():
    host, channel = talk()
    host.reconnect()
    assert channel.resets == 1


def test_a_fault_is_seen_whatever_the_http_status():
    host, _channel = talk(wsman_fault(5, "Access is denied."))
    with pytest.raises(Fault, match=r"Access is denied\. \(ERROR_ACCESS_DENIED, 0x00000005\)"):
        host.get(SITE)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "not XML"),
        (b"hello", "not XML"),
        (b"<html/>", "html document"),
        (b'<?xml version="1.0" encoding="x-unknown"?><a/>', "not XML"),
        (b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>', "without a body"),
        (b'<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><lolz>&b;</lolz>', "document type"),
        ('<!DOCTYPE x SYSTEM "http://evil.test/x.dtd"><x/>'.encode("utf-16"), "document type"),
        (b"<a>" * 100 + b"</a>" * 100, "levels deep"),
        (b"<a>" + b" " * (9 * 1024 * 1024) + b"</a>", "too large"),
        (envelope(INSTANCE, relates_to="uuid:SOMEONE-ELSE").encode(), "uuid:SOMEONE-ELSE"),
        (envelope(INSTANCE, relates_to="").encode(), "nobody"),
    ],
)
def test_answers_that_are_none(answer, message):
    host, _channel = talk(answer)
    with pytest.raises(MalformedAnswer, match=message):
        host.get(SITE)


def test_an_entity_bomb_is_refused_before_it_goes_off():
    bomb = "".join(f'<!ENTITY a{n} "{"&a" + str(n - 1) + ";" if n else "x"}{"y" * 10}">' for n in range(30))
    host, _channel = talk(f"<!DOCTYPE b [{bomb}]><b>&a29;</b>".encode())
    with pytest.raises(MalformedAnswer, match="document type"):
        host.get(SITE)


def test_a_fault_may_lack_the_id_that_the_host_could_not_read():
    host, _channel = talk(envelope(wsman_fault(2150858767), relates_to="").encode())
    with pytest.raises(Fault):
        host.get(SITE)
