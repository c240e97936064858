# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd.exe: where it is, its lists, its refusals by number."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.iis7_model import (
    LOST_WAS,
    NO_WAS,
    NOT_ELEVATED,
    NOT_RUNNING,
    Iis7Host,
    Site7,
)

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.iis7.appcmd import Appcmd, NotElevated, Noun, Verb
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.ledger import Ledger
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.outcome import IisError
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.server import ConfigurationUnreadable
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.windows.programs import NoShell
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.protocol.command_line import arguments_line
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import CommandResult

FOLDER = "C:\\Windows\\system32\\inetsrv"


@pytest.fixture
def host() -> Iis7Host:
    return Iis7Host()


@pytest.mark.parametrize("install_path", ["%windir%\\system32\\inetsrv", FOLDER, FOLDER + "\\"])
def test_it_is_where_setup_says_and_looked_for_once(host, install_path):
    host.install_path = install_path
    appcmd = Appcmd(host.context())
    assert [row["SITE.NAME"] for row in appcmd.list(Noun.SITE)] == ["Default Web Site", "Shop"]
    appcmd.list(Noun.SITE, site_name="shop")
    assert [line for line in host.requests if line.startswith("run")] == [
        "run appcmd list site /xml",
        "run appcmd list site /site.name:shop /xml",
    ]
    assert len([line for line in host.requests if line.startswith("ask")]) <= 2


def test_without_iis_there_is_nothing_to_run(host):
    host.install_path = None
    with pytest.raises(IisError, match="isn't installed"):
        Appcmd(host.context()).list(Noun.SITE)
    assert host.commands == []


def test_a_list_has_every_attribute_whatever_stands_in_it(host):
    host.sites[3] = Site7('A, B) & "C" <D>', 3, "http/*:80:a,https/*:443:b")
    row = Appcmd(host.context()).list(Noun.SITE, id="3")[0]
    assert row == {
        "SITE.NAME": 'A, B) & "C" <D>',
        "SITE.ID": "3",
        "bindings": "http/*:80:a,https/*:443:b",
        "state": "Started",
    }


@pytest.mark.parametrize(
    "answer",
    [
        CommandResult(1, "", ""),
        CommandResult(1168, "\r\n", ""),
        CommandResult(1168, 'ERROR ( message:Cannot find SITE object with identifier "x". )\r\n', ""),
        CommandResult(0, '<?xml version="1.0" encoding="UTF-8"?>\r\n<appcmd>\r\n</appcmd>\r\n', ""),
        CommandResult(1, '<?xml version="1.0" encoding="UTF-8"?>\r\n<appcmd>\r\n</appcmd>\r\n', ""),
    ],
)
def test_a_list_of_nothing_is_empty_whatever_the_exit_code(host, answer):
    host.appcmd_answers = [answer]
    assert Appcmd(host.context()).list(Noun.SITE, site_name="x") == []


def test_a_list_of_everything_that_is_not_found_is_no_list(host):
    host.appcmd_answers = [CommandResult(1168, "ERROR ( message:Cannot find SITE object. )\r\n", "")]
    with pytest.raises(IisError, match=r"Couldn't list the sites: .*ERROR_NOT_FOUND"):
        Appcmd(host.context()).list(Noun.SITE)


def test_a_list_that_broke_off_is_no_list(host):
    rows = '<?xml version="1.0" encoding="UTF-8"?>\n<appcmd>\n    <SITE SITE.NAME="A" SITE.ID="1" state="Started" />\n'
    text = f"{rows}ERROR ( hresult:8007007a, message:Failed to generate item output.\nToo small.\n )\n"
    host.appcmd_answers = [CommandResult(122, text, "")]
    with pytest.raises(IisError, match="0x8007007A"):
        Appcmd(host.context()).list(Noun.SITE)


@pytest.mark.parametrize(
    "answer",
    [
        CommandResult(0, "", ""),
        CommandResult(0, "<!DOCTYPE appcmd [<!ENTITY a 'b'>]><appcmd><SITE SITE.NAME='&a;'/></appcmd>", ""),
        CommandResult(0, "<html/>", ""),
    ],
)
def test_what_is_no_list_is_not_taken_for_one(host, answer):
    host.appcmd_answers = [answer]
    with pytest.raises(MalformedAnswer):
        Appcmd(host.context()).list(Noun.SITE)


@pytest.mark.parametrize("answer", [CommandResult(1, "", "'…' is not recognized"), CommandResult(0xC0000142, "", "")])
def test_a_program_that_did_not_run_lists_nothing(host, answer):
    host.appcmd_answers = [answer]
    with pytest.raises(IisError, match="Couldn't list the sites"):
        Appcmd(host.context()).list(Noun.SITE)


def test_an_account_without_an_elevated_token_is_recognised_by_the_file_it_may_not_read(host):
    host.appcmd_answers = [NOT_ELEVATED]
    with pytest.raises(NotElevated, match="LocalAccountTokenFilterPolicy"):
        Appcmd(host.context()).list(Noun.SITE)


@pytest.mark.parametrize("exit_code", [13, 1168])
@pytest.mark.parametrize("label", ["Filename: ", "\u6587\u4ef6\u540d\uff1a"])
@pytest.mark.parametrize("file", ["\\\\?\\UNC\\files\\my share\\applicationHost.config", "redirection.config"])
@pytest.mark.parametrize("conditions", [{}, {"site_name": "Shop"}])
def test_a_file_that_is_not_valid_at_a_line_is_no_missing_object_and_no_lack_of_rights(
    host, exit_code, label, file, conditions
):
    answer = (
        f"ERROR ( message:Configuration error\r\n{label}{file}\r\nLine Number: 12\r\nDescription: no XML\r\n. )\r\n"
    )
    host.appcmd_answers = [CommandResult(exit_code, answer, "")]
    with pytest.raises(ConfigurationUnreadable, match=r"Couldn't list the sites: .*Line Number: 12"):
        Appcmd(host.context()).list(Noun.SITE, **conditions)


@pytest.mark.parametrize("conditions", [{}, {"site_name": "Shop"}])
def test_a_file_that_may_not_be_read_is_neither_missing_nor_invalid(host, conditions):
    answer = NOT_ELEVATED.stdout.replace("redirection.config", "applicationHost.config")
    host.appcmd_answers = [CommandResult(1168, answer, "")]
    with pytest.raises(IisError, match=r"Couldn't list the sites: .*applicationHost\.config") as failure:
        Appcmd(host.context()).list(Noun.SITE, **conditions)
    assert not isinstance(failure.value, ConfigurationUnreadable)


def test_a_was_that_does_not_answer_is_down_or_out_of_reach(host):
    host.appcmd_answers = [NO_WAS, NO_WAS]
    appcmd = Appcmd(host.context())
    with pytest.raises(NotElevated, match="but WAS is running"):
        appcmd.order(Verb.START, Noun.POOL, "Shop", timeout=10)
    host.scm["WAS"].state = "Stopped"
    with pytest.raises(IisError, match=r"the service WAS.*isn't running \(stopped, start mode manual\)"):
        appcmd.order(Verb.START, Noun.POOL, "Shop", timeout=10)


def test_a_list_that_lost_was_is_asked_for_once_more_and_an_order_is_not(host):
    host.appcmd_answers = [LOST_WAS]
    appcmd = Appcmd(host.context())
    assert len(appcmd.list(Noun.POOL)) == 2
    host.appcmd_answers = [LOST_WAS, LOST_WAS]
    with pytest.raises(IisError, match="RPC_S_CALL_FAILED"):
        appcmd.list(Noun.POOL)
    host.appcmd_answers = [LOST_WAS]
    with pytest.raises(Fault) as refused:
        appcmd.order(Verb.STOP, Noun.POOL, "Shop", timeout=10)
    assert refused.value.has(0x800706BE)


def test_a_list_whose_output_was_lost_is_asked_for_once_more(host):
    host.appcmd_answers = [CommandResult(0, "<?xml", "", output_complete=False)]
    assert len(Appcmd(host.context()).list(Noun.SITE)) == 2
    host.appcmd_answers = [CommandResult(0, "<?xml", "", output_complete=False)] * 2
    with pytest.raises(IisError, match="lost on the way, twice"):
        Appcmd(host.context()).list(Noun.SITE)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (NOT_RUNNING, 0x80070426),
        (CommandResult(1062, "ERROR ( message:already stopped. )", ""), 0x80070426),
        (CommandResult(4312, "ERROR ( hresult:800710d8, message:x\n )", ""), 0x800710D8),
        (CommandResult(183, "ERROR (message:x)", ""), 0x800700B7),
        (CommandResult(2147549190, "ERROR ( hresult:80010006, message:x\n )", ""), 0x80010006),
        (CommandResult(0, "ERROR ( message:x )", ""), 0),
    ],
)
def test_a_refusal_is_a_number(host, answer, code):
    host.appcmd_answers = [answer]
    with pytest.raises(Fault) as refused:
        Appcmd(host.context()).order(Verb.STOP, Noun.POOL, "Shop", timeout=10)
    assert refused.value.has(code)


def test_a_host_that_gives_no_shell_is_named(host):
    host.when("run appcmd", Fault("no more shells", codes=[2150859173]))
    with pytest.raises(NoShell, match="MaxShellsPerUser"):
        Appcmd(host.context()).list(Noun.SITE)


def test_an_order_whose_end_was_not_seen_is_unknown(host):
    host.when("run appcmd", OutcomeUnknown("cut"))
    with pytest.raises(OutcomeUnknown):
        Appcmd(host.context()).order(Verb.STOP, Noun.SITE, "Shop", timeout=10)


def test_what_cmd_would_change_is_refused_before_anything_is_sent(host, monkeypatch):
    def checked(program, *arguments, timeout):
        arguments_line(program, arguments)
        raise AssertionError("it was sent")

    monkeypatch.setattr(host, "run", checked)
    with pytest.raises(IisError, match=r"can't be passed to appcmd\.exe"):
        Appcmd(host.context()).order(Verb.STOP, Noun.SITE, "100%TEMP%", timeout=10)


def test_names_are_quoted_as_a_whole():
    assert arguments_line(f"{FOLDER}\\appcmd.exe", ("stop", "site", "/site.name:A & B")) == (
        'stop site "/site.name:A & B"'
    )


def test_a_list_changes_nothing_for_the_ledger():
    ledger = Ledger()
    ledger.program(f"{FOLDER}\\appcmd.exe", ["list", "site", "/xml"])
    ledger.trouble()
    assert ledger.words == ""
    ledger.program(f"{FOLDER}\\appcmd.exe", ["stop", "site", "/site.name:list"])
    ledger.trouble()
    assert "stop site" in ledger.words
