# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods that only read are reads: a lost answer is asked for again, and never called a change."""

from __future__ import annotations

import pytest

from simulator.faults import Effect, Rule
from simulator.iis.spec import IisSpec

#: Methods of reads, and what of iis_info needs them.
READS = {"GetBinaryValue": "recovery", "GetExpandedStringValue": "recovery", "GetCurrentMode": "isolation_mode"}
#: How an answer can get lost: the connection is cut, or the host gives up (OperationTimeout).
LOST = {
    "cut before": {"effect": Effect.CUT_BEFORE},
    "cut after": {"effect": Effect.CUT_AFTER},
    "timed out": {"effect": Effect.FAULT_AFTER, "code": 2150858793},
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize(("method", "subset"), READS.items(), ids=READS)
def test_one_lost_answer_is_asked_for_again(web, method, subset, lost):
    web.fault(Rule(**lost, method=method))

    result = web.run("iis_info", gather_subset=[subset, "version"])

    assert not result.get("failed"), result["msg"]
    assert not result["changed"]
    assert result[subset]
    assert "warnings" not in result


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize(("method", "subset"), READS.items(), ids=READS)
def test_answers_that_never_come_are_no_change(web, method, subset, lost):
    web.fault(Rule(**lost, method=method, count=0))

    result = web.run("iis_info", gather_subset=[subset, "version"])

    assert not result["changed"]
    assert "change was sent" not in str(result)
    if "code" in lost and method != "GetCurrentMode":
        assert result["version"]["iis"] == "6.0"
        assert result[subset] is None
        assert "ERROR_WSMAN_OPERATION_TIMEDOUT" in result["warnings"][0]


@pytest.mark.parametrize("count", [1, 0])
def test_a_registry_that_cannot_be_read_does_not_hide_that_iisreset_is_disabled(start, count):
    host = start(IisSpec(iisreset_disabled=True))
    host.fault(Rule(**LOST["timed out"], method="GetBinaryValue", count=count))

    result = host.run("iis_service", state="restarted")

    assert result["failed"]
    assert not result["changed"]
    assert "IISReset is disabled" in result["msg"]
    assert "change was sent" not in result["msg"]
