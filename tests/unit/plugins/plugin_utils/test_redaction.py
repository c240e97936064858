# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in a transcript in the place of a host's own words."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.probe.redaction import SECRET, Pseudonyms
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.recording.channel import Exchanged, Recording
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.recording.redaction import Redactor
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.recording.transcript import compose

SOAP = "http://www.w3.org/2003/05/soap-envelope"


@pytest.fixture
def names():
    return Pseudonyms(hosts=["web01.contoso.test"], users=["CONTOSO\\alice"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("State", "Running"),
        ("Name", "W3SVC"),
        ("Name", "w3svc/1"),
        ("Name", "W3SVC/AppPools/DefaultAppPool"),
        ("Name", "_Total"),
        ("ServerState", "2"),
        ("IIs5IsolationModeEnabled", "true"),
        ("LastModified", "2026-03-01T08:15:30.125Z"),
        ("SystemDirectory", "C:\\WINDOWS\\system32"),
        ("SystemDirectory", "D:\\WINNT\\system32"),
        ("Version", "5.2.3790"),
        ("Caption", "Microsoft(R) Windows(R) Server 2003, Standard Edition"),
        ("sValue", '"C:\\WINDOWS\\system32\\iisreset.exe" /fail=%1%'),
        ("ServerComment", ""),
    ],
)
def test_what_says_nothing_about_a_host_is_kept(names, name, text):
    assert names.value(name, text) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ServerComment", "Payroll"),
        ("ServerComment", "2003"),
        ("Port", "8123"),
        ("Port", "8123:"),
        ("IP", "10.1.2.3"),
        ("Hostname", "www.contoso.test"),
        ("Name", "W3SVC/877234"),
        ("Name", "W3SVC/AppPools/Payroll"),
        ("Name", "TailspinAgent"),
        ("AnonymousUserName", "IUSR_WEB01"),
        ("AnonymousUserPass", "hunter2"),
        ("WAMUserPass", "1234567"),
        ("LogFileDirectory", "E:\\Contoso\\Logs"),
        ("Caption", "Payroll"),
        ("Description", "Ask Bob in Payroll"),
        ("sValue", "C:\\Tools\\page-bob.exe"),
        ("SomethingNew", "whatever it is"),
        ("SomethingNew", "4711"),
        ("Machine", "web01"),
    ],
)
def test_everything_else_gets_a_pseudonym(names, name, text):
    shown = names.value(name, text)
    assert shown != text
    assert not any(
        part.lower() in shown.lower()
        for part in re.split(r"\W+", text)
        if len(part) > 3 and part not in ("W3SVC", "AppPools", "Name")
    )
    assert names.value(name, text) == shown


def test_equal_values_get_equal_pseudonyms_and_different_ones_different(names):
    site = names.value("ServerComment", "Payroll")
    assert names.value("Name", "payroll") == site
    assert names.value("ServerComment", "Intranet") != site
    assert names.value("Name", "W3SVC/877234") == names.value("Name", "W3SVC/877234")
    assert names.value("Name", "W3SVC/877234") != names.value("Name", "W3SVC/2")


def test_secrets_are_not_even_told_apart(names):
    assert names.value("WAMUserPass", "one") == names.value("AnonymousUserPass", "another") == SECRET


def test_a_literal_of_a_query_is_the_value_that_it_is(names):
    site = names.value("ServerComment", "Bob's \\ shop")
    shown = names.query(r"SELECT Name FROM IIsWebServerSetting WHERE ServerComment='Bob\'s \\ shop'")
    assert shown == f"SELECT Name FROM IIsWebServerSetting WHERE ServerComment='{site.replace(chr(92), chr(92) * 2)}'"


def test_a_text_keeps_its_words_but_not_its_names(names):
    names.value("ServerComment", "Payroll")
    text = "The site Payroll of WEB01.contoso.test can't be started by alice from 10.1.2.3 (0x80070034)."
    shown = names.words(text)
    assert shown.startswith("The site Site ")
    assert "(0x80070034)" in shown
    assert not re.search(r"payroll|web01|contoso|alice|10\.1\.2\.3", shown, re.IGNORECASE)


def answer(body: str, header: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body>'
        "</s:Envelope>"
    ).encode()


def rewrite(names, *documents: bytes) -> list:
    redactor = Redactor(names)
    for document in documents:
        redactor.learn(document)
    return [redactor.rewrite(document) for document in documents]


def test_a_document_keeps_its_shape(names):
    document = answer('<p:X  xmlns:p="http://x"\n xsi="a"><p:Name>W3SVC/1</p:Name>\r\n<p:Odd a="b"/></p:X>')
    [shown] = rewrite(names, document)
    assert '<p:X  xmlns:p="http://x"\n xsi="Text ' in shown
    assert "<p:Name>W3SVC/1</p:Name>\r\n<p:Odd" in shown


def test_a_name_learnt_later_is_found_in_an_earlier_text(names):
    early = answer("<s:Fault><s:Reason><s:Text>No site Payroll</s:Text></s:Reason></s:Fault>")
    late = answer("<n:R><n:Items><x><ServerComment>Payroll</ServerComment></x></n:Items></n:R>".replace("n:", ""))
    assert "Payroll" not in "".join(rewrite(names, early, late))


def test_comments_sections_and_entities_hide_nothing(names):
    document = answer("<X><A><!-- Payroll --><![CDATA[Pay]]>ro&#108;l</A></X>")
    [shown] = rewrite(names, document)
    assert "Pay" not in shown
    assert "ro" not in shown.partition("Body")[2].partition("/s:Body")[0]


def test_a_name_that_is_cut_between_two_pieces_of_output_is_found(names):
    names.value("Name", "TailspinAgent")
    pieces = [
        f'<Receive><rsp:Stream Name="stdout" CommandId="1">{base64.b64encode(text).decode()}</rsp:Stream></Receive>'
        for text in (b"Status for Tailspin", b"Agent: Running")
    ]
    shown = rewrite(names, *(answer(piece.replace("rsp:", "")) for piece in pieces))
    found = [base64.b64decode(text) for text in re.findall(r"<Stream[^>]*>([^<]*)<", "".join(shown))]
    assert b"Tailspin" not in b"".join(found)
    assert b"Running" in b"".join(found)


def test_the_addresses_of_the_host_are_gone_from_headers_and_references(names):
    document = answer(
        "<ResourceCreated><Address>http://web01.contoso.test:5985/wsman</Address></ResourceCreated>",
        "<To>http://10.1.2.3:5985/wsman</To><RelatesTo>uuid:6968DD0A-0566-4999-88FE-A9D8843C8008</RelatesTo>",
    )
    [shown] = rewrite(names, document)
    assert "contoso" not in shown
    assert "10.1.2.3" not in shown
    assert "uuid:6968DD0A-0566-4999-88FE-A9D8843C8008" in shown


@pytest.mark.parametrize(
    "document", [b"", b"Payroll", b"<a>Payroll", b'<!DOCTYPE a [<!ENTITY b "Payroll">]><a>&b;</a>']
)
def test_what_is_not_harmless_xml_is_left_out(names, document):
    assert rewrite(names, document) == [None]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=4).filter(
        lambda text: re.search(r"\w{4}", text) and "site" not in text.lower()
    )
)
def test_no_name_of_a_site_survives(name):
    names = Pseudonyms()
    quoted = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    document = answer(f"<R><Items><X><ServerComment>{quoted}</ServerComment></X></Items></R>")
    [shown] = rewrite(names, document)
    kept = re.findall("<ServerComment>(.*)</ServerComment>", shown or "", re.DOTALL)
    assert kept == [names.value("ServerComment", name)]
    assert kept[0] != name or names.value("x", name) == name


def test_a_transcript_has_every_exchange_and_says_whether_it_is_redacted(names):
    recording = Recording([Exchanged("a", answer("<X/>"), None, "AnswerLost", 1.23456)])
    content = compose(recording, names, {"shapes": []})
    assert (content["format"], content["version"], content["redacted"]) == ("fleetops.iis.transcript", 1, True)
    [exchange] = content["exchanges"]
    assert (exchange["answer"], exchange["error"], exchange["seconds"]) == (None, "AnswerLost", 1.235)
    assert compose(recording, None, {})["redacted"] is False
