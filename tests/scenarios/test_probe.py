# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""iis_probe: what it finds on hosts that differ, that it leaves them alone, and what its transcript gives away."""

from __future__ import annotations

import base64
import json
import re
import time
from contextlib import ExitStack

import pytest
from conformance.replay.transcript import ReplayChannel, load
from unit.docs import requests

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.context import Context
from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.probe.run import Run
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.recording.channel import Recording, RecordingChannel
from simulator.faults import Effect, Rule
from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec
from simulator.iis.switches import Switches
from simulator.iis7.spec import Binding7, Iis7Spec, Pool7, Site7
from simulator.iis7.switches import ProtocolName, Switches7
from simulator.scenario import HostSpec
from simulator.wire.profile import ProviderFault, WireOptions

from .conftest import address
from .in_process import World

#: What says whose host it is: none of it may be in a redacted transcript.
PRIVATE = [
    "Contoso",
    "Payroll",
    "10.1.2.3",
    "8123",
    "877234",
    "127.60.",
    "web01",
    "administrator",
    "Fabrikam",
    "Tailspin",
]


def described() -> IisSpec:
    return IisSpec(
        services=tuple(Kind),
        sites=[
            SiteSpec(1, "Contoso Intranet", bindings=(BindingSpec(8123, "10.1.2.3", "www.contoso.test"),)),
            SiteSpec(877234, "Payroll", bindings=(BindingSpec(80),), state="stopped"),
            SiteSpec(1, "FTP of Fabrikam", Kind.FTP, bindings=(BindingSpec(21),)),
            SiteSpec(1, "Mail", Kind.SMTP, bindings=(BindingSpec(25),)),
            SiteSpec(1, "News", Kind.NNTP, bindings=(BindingSpec(119),)),
        ],
        pools=[PoolSpec("DefaultAppPool"), PoolSpec("Contoso Pool")],
        third_party_services=("TailspinAgent",),
    )


@pytest.fixture
def host(start):
    return start(described(), kb932370=True)


def by_shape(result) -> dict:
    return {shape["shape"]: shape for shape in result["shapes"]}


def statuses(result, *excepted: str) -> set:
    return {shape["status"] for shape in result["shapes"] if shape["shape"] not in excepted}


def test_without_being_asked_to_it_only_reads(host):
    result = host.run("iis_probe")

    assert not result["changed"]
    assert result["counts"]["holds"] > 50
    assert statuses(result) == {"holds", "skipped"}
    assert host.changes() == []
    assert host.commands() == []
    skipped = {name for name, shape in by_shape(result).items() if shape["status"] == "skipped"}
    assert {
        *("put IIs5IsolationModeEnabled", "put MaxHistoryFiles", "invoke SaveData", "invoke BackupWithPassword"),
        *("invoke Pause", "run iisreset", "run sc", "run cscript.exe"),
    } <= skipped


def test_it_says_what_each_shape_cost(host):
    shape = by_shape(host.run("iis_probe"))["query IIsWebServiceSetting by Name"]

    assert shape["requests"] == 1
    assert shape["bytes_sent"] > 1000
    assert shape["bytes_received"] > 500
    assert shape["seconds"] >= 0


def test_what_it_writes_it_takes_back(host):
    before = host.truth()

    result = host.run("iis_probe", writes=True, shell=True)

    assert statuses(result) == {"holds"}, [shape for shape in result["shapes"] if shape["status"] != "holds"]
    assert result["changed"]
    after = host.truth()
    assert after["iis"]["sites"] == before["iis"]["sites"]
    assert after["services"] == before["services"]
    assert host.modes == ("worker_process", "worker_process")
    assert "Pause" in host.changes()


def test_in_check_mode_it_writes_neither_there_nor_here(host, tmp_path):
    result = host.check("iis_probe", writes=True, transcript=str(tmp_path / "probe.json"))

    assert not result["changed"]
    assert by_shape(result)["put IIs5IsolationModeEnabled"]["detail"] == "check mode"
    assert host.changes() == []
    assert result["transcript"] is None
    assert not (tmp_path / "probe.json").exists()


def test_a_shape_that_is_refused_is_reported_and_the_task_goes_on(start):
    spec = described()
    spec.switches = Switches(fragment_put=False)

    result = start(spec).run("iis_probe", writes=True)

    assert not result.get("failed")
    assert result["changed"]
    refused = by_shape(result)["put IIs5IsolationModeEnabled"]
    assert refused["status"] == "refused"
    assert refused["code"]


def test_methods_that_return_too_early_are_told_from_those_that_wait(start):
    spec = described()
    spec.switches = Switches(methods_return_at_once=True, site_seconds=2.0)

    result = start(spec).run("iis_probe", writes=True)

    assert "answered before the site was paused" in by_shape(result)["invoke Pause"]["detail"]


def test_a_site_that_gets_stuck_on_its_way_is_warned_of(host):
    host.fault(Rule(Effect.FAULT, method="Continue", count=0))

    result = host.run("iis_probe", writes=True)

    assert by_shape(result)["invoke Continue"]["status"] == "refused"
    assert any("iis_site, service=web id=1 state=started" in warning for warning in result["warnings"])


def test_a_lost_answer_to_a_pause_does_not_leave_the_site_paused(host):
    host.fault(Rule(Effect.CUT_AFTER, method="Pause"))

    result = host.run("iis_probe", writes=True)

    assert {shape["status"] for shape in result["shapes"] if shape["shape"] == "invoke Pause"} == {
        "unexpected",
        "holds",
    }
    assert host.site("W3SVC/1") == "started"


def test_where_the_host_puts_an_hresult_can_be_seen(start):
    generic = start(described(), wire=WireOptions(provider_fault=ProviderFault.GENERIC)).run("iis_probe")
    shape = by_shape(generic)["ask EnumBackups"]

    assert shape["status"] == "refused"
    assert shape["codes"] == [2150859010]


def test_a_host_without_iis_is_probed_as_far_as_it_goes(start):
    host = start(IisSpec(services=(Kind.WEB,), sites=[], stopped=("W3SVC", "HTTPFilter")))

    result = host.run("iis_probe")

    assert not result.get("failed")
    assert by_shape(result)["ask GetCurrentMode"]["status"] == "skipped"
    assert by_shape(result)["query IIsFtpServer"]["status"] == "skipped"


def test_an_answer_that_never_comes_is_a_finding_as_long_as_the_host_answers_others(host):
    host.fault(Rule(Effect.CUT_BEFORE, query="Win32_NTLogEvent", count=0))

    result = host.run("iis_probe")

    assert not result.get("unreachable")
    assert by_shape(result)["query Win32_NTLogEvent by Logfile, EventCode"]["status"] == "unexpected"
    assert by_shape(result)["query IIsWebServiceSetting by Name"]["status"] == "holds"


def test_a_host_that_does_not_answer_is_unreachable(host, tmp_path):
    host.fault(Rule(Effect.CUT_BEFORE, query="IIsWebServiceSetting", count=0))
    host.fault(Rule(Effect.CUT_BEFORE, query="SELECT Version FROM", count=0))

    result = host.run("iis_probe", transcript=str(tmp_path / "probe.json"))

    assert result["unreachable"]
    assert load(tmp_path / "probe.json").shapes, "what was found until then isn't lost"


def test_a_transcript_is_never_overwritten(host, tmp_path):
    asked = tmp_path / "probe.json"
    first = host.run("iis_probe", transcript=str(asked))
    content = asked.read_bytes()

    second = host.run("iis_probe", transcript=str(asked))
    third = host.run("iis_probe", transcript=str(asked))

    assert first["transcript"] == str(asked)
    assert second["transcript"] == str(tmp_path / "probe.2.json")
    assert third["transcript"] == str(tmp_path / "probe.3.json")
    assert asked.read_bytes() == content
    assert load(tmp_path / "probe.3.json").shapes
    assert (tmp_path / "probe.2.json").stat().st_mode & 0o077 == 0


def test_a_folder_is_no_transcript(host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()

    for asked in ("/", ".", "there", "there/", "new/", "new/.."):
        for ask in (host.run, host.check):
            result = ask("iis_probe", transcript=asked)
            assert result["failed"]
            assert result["msg"].startswith(f"transcript is the folder {asked}: name a file in it")

    assert host.journal() == []
    assert [name for name in ("new", "there.2") if (tmp_path / name).exists()] == []


def test_a_redacted_transcript_says_nothing_of_whose_host_it_is(host, tmp_path):
    host.run("iis_probe", shell=True, writes=True, transcript=str(tmp_path / "redacted.json"))
    host.run("iis_probe", shell=True, writes=True, transcript=str(tmp_path / "plain.json"), redact=False)

    redacted = searchable(tmp_path / "redacted.json")
    plain = searchable(tmp_path / "plain.json")
    assert [word for word in PRIVATE if word.lower() in redacted] == []
    assert [word for word in PRIVATE if word.lower() not in plain] == []
    assert (tmp_path / "plain.json").stat().st_mode & 0o077 == 0


def searchable(path) -> str:
    """A transcript with what shells wrote, decoded, and without identifiers: random ones may hold any number."""
    text = re.sub(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "", path.read_text())
    outputs = re.findall(r"<rsp:Stream[^>]*>([^<]+)<", text)
    return (text + "".join(base64.b64decode(output).decode() for output in outputs)).lower()


def test_relations_survive_the_redaction(host, tmp_path):
    host.run("iis_probe", transcript=str(tmp_path / "probe.json"))

    transcript = load(tmp_path / "probe.json")
    [asked] = [each for each in transcript.exchanges if each.shape == "query IIsWebServerSetting by ServerComment"]
    name = re.search(r"ServerComment='([^']*)'", asked.request).group(1)
    assert f"<ServerComment>{name}</ServerComment>" in asked.answer
    assert transcript.redacted


def test_the_redaction_keeps_the_shape_of_every_document(host, tmp_path):
    host.run("iis_probe", transcript=str(tmp_path / "redacted.json"))
    host.run("iis_probe", transcript=str(tmp_path / "plain.json"), redact=False)

    def tags(path):
        return [re.findall(r"</?[\w:]+", each.answer) for each in load(path).exchanges]

    assert tags(tmp_path / "redacted.json") == tags(tmp_path / "plain.json")


class Silent:
    def progress(self, message, reason=""):
        pass

    def still(self, detail=""):
        pass

    def warn(self, message):
        raise AssertionError(message)


class Hurried:
    monotonic = staticmethod(time.monotonic)

    def sleep(self, seconds):
        pass


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("fault", list(ProviderFault))
def test_a_transcript_played_back_gives_the_same_findings(start, tmp_path, redact, fault):
    spec = described()
    spec.switches = Switches(fragment_put=fault is not ProviderFault.TEXT)
    host = start(spec, wire=WireOptions(provider_fault=fault))
    host.run("iis_probe", shell=True, writes=True, transcript=str(tmp_path / "probe.json"), redact=redact)
    transcript = load(tmp_path / "probe.json")

    recording = Recording()
    client = WsManClient(RecordingChannel(ReplayChannel(transcript), recording))
    run = Run(Context(client, Hurried(), Silent()), recording, shell=True, writes=True)
    run.carry_out()

    compared = ("shape", "status", "code", "codes")
    again = [{name: finding.as_values()[name] for name in compared} for finding in run.findings]
    assert again == [{name: shape[name] for name in compared} for shape in transcript.shapes]


def test_a_transcript_of_another_format_is_refused(tmp_path):
    path = tmp_path / "probe.json"
    path.write_text(json.dumps({"format": "fleetops.iis.transcript", "version": 99}))

    with pytest.raises(ValueError, match="version 1"):
        load(path)


#: What nothing could take back.
NOT_TRIED = {
    *("StartService", "StopService", "PauseService", "ResumeService", "Start", "Stop", "Recycle"),
    "RestoreWithPassword",
}


def test_it_tries_everything_that_the_collection_sends_but_what_it_could_not_take_back(host):
    result = host.run("iis_probe", shell=True, writes=True)

    asked = [shape["request"] for shape in result["shapes"]]
    # What IIS 7 and later are sent is nothing for this host.
    queries, methods, programs_run = (of("iis7") for of in (requests.queries, requests.methods, requests.programs))
    assert [query for query in queries if not any(re.fullmatch(query, request) for request in asked)] == []
    called = {entry.method for entry in host.journal() if entry.action == "Invoke"}
    assert methods - called == NOT_TRIED
    programs = {command.split()[0].lower() for command in host.commands()}
    left = [each for each in programs_run if not any(re.fullmatch(each, program) for program in programs)]
    assert left == ["shutdown"]


# -- IIS 7 and later -------------------------------------------------------------------------------------------------

#: The only class whose name is an assumption, and that the simulator doesn't have.
ASSUMED = ("Win32_PerfRawData_FTPSVC_MicrosoftFTPService", "Win32_PerfFormattedData_FTPSVC_MicrosoftFTPService")


def later_spec(*, tools: bool, **options) -> Iis7Spec:
    return Iis7Spec(
        sites=[
            Site7(1, "Contoso Intranet", (Binding7("10.1.2.3:8123:www.contoso.test"),), pool="Contoso"),
            Site7(7, "Payroll", (Binding7("*:81:"), Binding7("*:21:", "ftp")), state="stopped"),
        ],
        pools=[Pool7("DefaultAppPool", workers=1), Pool7("Contoso", workers=1)],
        backups=["Tailspin"],
        scripting_tools=tools,
        ftp=True,
        **options,
    )


@pytest.fixture
def begin(tmp_path):
    """Starts a host of a later kind: ``begin(tools=True)``."""
    with ExitStack() as stack:

        def start_host(*, kind="iis10", wire=None, **options):
            spec = HostSpec(
                "web01", address=address(), kind=kind, iis7=later_spec(**options), wire=wire or WireOptions()
            )
            return stack.enter_context(World(tmp_path, [spec])).hosts[0]

        yield start_host


def doubtful(result) -> list:
    """What neither holds nor was left out, but for the class that is assumed."""
    return [
        (shape["shape"], shape["detail"])
        for shape in result["shapes"]
        if shape["status"] not in ("holds", "skipped") and not any(name in shape["request"] for name in ASSUMED)
    ]


@pytest.mark.parametrize("kind", ["iis75", "iis10"])
@pytest.mark.parametrize("tools", [True, False])
def test_a_later_iis_is_read_by_each_way_that_it_has_and_nothing_else(begin, kind, tools):
    host = begin(kind=kind, tools=tools)
    before = host.truth()

    result = host.run("iis_probe", shell=True, writes=True)

    assert doubtful(result) == []
    assert result["dialects"] == (["WebAdministration"] if tools else [])
    shapes = by_shape(result)
    assert shapes["put MaxHistoryFiles"]["detail"] == "IIS 7 and later are only read"
    assert not result["changed"]
    assert "list backup" in " ".join(shape["request"] for shape in result["shapes"])
    after = host.truth()
    assert (after["iis"], after["services"]) == (before["iis"], before["services"])
    programs = {tuple(command.split()[:2]) for command in host.commands()}
    assert {words[1] for words in programs} == {"list", "qfailure", "/STATUS"}


def test_without_a_shell_a_later_iis_is_read_by_wmi_alone(begin):
    result = begin(tools=True).run("iis_probe")

    assert doubtful(result) == []
    assert by_shape(result)["run appcmd.exe"]["status"] == "skipped"


def test_what_is_of_the_other_iis_is_no_failure_of_a_later_one(begin):
    host = begin(tools=False)

    result = host.run("iis_probe", shell=True)

    for name in ("query IIsWebInfo", "query Site"):
        assert by_shape(result)[name]["status"] == "holds"
        assert by_shape(result)[name]["detail"].startswith("refused: ")
    assert "adsutil" not in " ".join(shape["request"] for shape in result["shapes"])


def test_a_namespace_that_is_missing_although_its_feature_is_there_is_refused(begin):
    host = begin(tools=True)
    host.fault(Rule(Effect.FAULT, query="FROM Site", code=2150858752, count=0))

    result = host.run("iis_probe", shell=True)

    assert by_shape(result)["query Site"]["status"] == "refused"
    assert result["dialects"] == []


def test_a_host_that_knows_no_protocols_of_sites_is_told_from_one_that_does(begin):
    words = "asked for the state of a protocol that no site has, the host has"
    knows = begin(tools=True).run("iis_probe")
    ignores = begin(tools=True, switches=Switches7(protocol_name=ProtocolName.IGNORED)).run("iis_probe")

    assert f"{words} none" in " ".join(shape["detail"] for shape in knows["shapes"])
    assert f"{words} one" in " ".join(shape["detail"] for shape in ignores["shapes"])


def test_it_tries_everything_that_a_later_iis_is_sent_but_what_it_could_not_take_back(begin):
    asked = []
    for tools in (True, False):
        host = begin(tools=tools)
        asked += [shape["request"] for shape in host.run("iis_probe", shell=True)["shapes"]]
        called = {entry.method for entry in host.journal() if entry.action == "Invoke"}
        assert not called & NOT_TRIED

    queries = requests.queries() - requests.queries("iis7")
    assert queries
    # One query is sent only about a site whose name appcmd prints in another encoding.
    unasked = [query for query in queries if not any(re.fullmatch(query, request) for request in asked)]
    assert [query for query in unasked if "CodeSet" not in query] == []
    methods = requests.methods() - requests.methods("iis7")
    assert {method for method in methods - NOT_TRIED if not any(method in request for request in asked)} == set()


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("tools", [True, False])
def test_a_transcript_of_a_later_iis_gives_the_same_findings_and_nothing_away(begin, tmp_path, redact, tools):
    host = begin(tools=tools)
    host.run("iis_probe", shell=True, transcript=str(tmp_path / "probe.json"), redact=redact)
    transcript = load(tmp_path / "probe.json")

    recording = Recording()
    client = WsManClient(RecordingChannel(ReplayChannel(transcript), recording))
    run = Run(Context(client, Hurried(), Silent()), recording, shell=True, writes=False)
    run.carry_out()

    compared = ("shape", "status", "code", "codes")
    again = [{name: finding.as_values()[name] for name in compared} for finding in run.findings]
    assert again == [{name: shape[name] for name in compared} for shape in transcript.shapes]
    if redact:
        text = searchable(tmp_path / "probe.json")
        assert [word for word in PRIVATE if word.lower() in text] == []
