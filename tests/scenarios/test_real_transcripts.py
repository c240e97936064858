# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts that come back: what is reported where a host answers otherwise than the simulator, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import stage
from conformance.__main__ import main

from simulator.iis.kinds import Kind
from simulator.iis.spec import BindingSpec, IisSpec, PoolSpec, SiteSpec

ROW = "/Envelope/Body/EnumerateResponse/Items/XmlFragment"


@pytest.fixture
def transcript(start, tmp_path) -> Path:
    """The redacted transcript of a simulated host with names, sites and services of its own."""
    host = start(
        IisSpec(
            services=(Kind.WEB, Kind.FTP),
            sites=[
                SiteSpec(1, "Contoso Intranet", bindings=(BindingSpec(8123, "10.1.2.3", "www.contoso.test"),)),
                SiteSpec(877234, "Payroll", bindings=(BindingSpec(80),), state="stopped"),
                SiteSpec(1, "FTP of Fabrikam", Kind.FTP, bindings=(BindingSpec(21),)),
            ],
            pools=[PoolSpec("DefaultAppPool"), PoolSpec("Contoso Pool")],
            third_party_services=("TailspinAgent",),
        )
    )
    path = tmp_path / "transcripts" / "host-1.json"
    host.run("iis_probe", shell=True, writes=True, transcript=str(path))
    return path


def plant(path: Path, shape: str, pattern: str, replacement: str) -> None:
    """Let the recorded host have answered otherwise."""
    content = json.loads(path.read_text())
    changes = 0
    for exchange in content["exchanges"]:
        if exchange["shape"] == shape:
            exchange["answer"], number = re.subn(pattern, replacement, exchange["answer"])
            changes += number
    assert changes
    path.write_text(json.dumps(content))


def assumed(line: str) -> str:
    """The source line that a report names."""
    path, _colon, number = line.rpartition(":")
    return (stage.ROOT / path).read_text().splitlines()[int(number) - 1]


def test_three_planted_differences_are_reported_and_no_others(transcript, capsys):
    plant(transcript, "query IIsApplicationPoolSetting by Name", r"(AppPoolAutoStart)>true<", r"\1>TRUE<")
    plant(transcript, "missing class", r'(<s:Detail><f:WSManFault[^>]* Code=)"\d+"', r'\1"2150858817"')
    plant(transcript, "missing object", r"(<s:Text[^>]*>)[^<]+", r"\1There is no such instance.")

    status = main(["replay", str(transcript.parent)])

    said = capsys.readouterr().out
    assert status == 1
    assert "Differences between the host and the simulator: 3." in said
    heads = re.findall(r"^(shape|code|text), (.+?) \((\w+)\): (.+)$", said, re.MULTILINE)
    assert heads == [
        ("shape", "query IIsApplicationPoolSetting by Name", "Enumerate", f"{ROW}/AppPoolAutoStart="),
        ("code", "missing class", "Enumerate", "/Envelope/Body/Fault/Detail/WSManFault@Code"),
        ("text", "missing object", "Get", "/Envelope/Body/Fault/Reason/Text"),
    ]
    written, code, text = (assumed(line) for line in re.findall(r"assumed: +(\S+)", said))
    assert '"true" if value' in written
    assert "fault.CANNOT_PROCESS_FILTER" in code
    assert "cannot find the resource identified by the resource URI" in text


def test_a_host_that_answers_as_the_simulator_does_has_no_differences(transcript, capsys):
    assert main(["replay", str(transcript.parent)]) == 0
    assert "Differences between the host and the simulator: 0." in capsys.readouterr().out


def test_what_the_client_reads_otherwise_is_reported(transcript, capsys):
    content = json.loads(transcript.read_text())
    [shape] = [shape for shape in content["shapes"] if shape["shape"] == "missing class"]
    shape["status"] = "unexpected"
    transcript.write_text(json.dumps(content))

    assert main(["replay", str(transcript.parent)]) == 1
    assert "Then, and not now: missing class unexpected" in capsys.readouterr().out


def test_a_folder_without_transcripts_is_refused(tmp_path, capsys):
    (tmp_path / "other.json").write_text("{}")

    assert main(["replay", str(tmp_path)]) == 2
    assert "other.json: not a transcript of iis_probe" in capsys.readouterr().err
