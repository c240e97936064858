# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host that a preflight looks at: asked each question once, and nothing but questions."""

from __future__ import annotations

import pytest
from unit.plugins.plugin_utils.iis.model_host import VirtualClock

from ansible_collections.fleetops.iis.plugins.plugin_utils._iis.preflight.reading import ReadOnce
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.errors import Fault, HostUnreachable
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.values import ObjectPath

PATH = ObjectPath("root/cimv2", "Win32_Service", {"Name": "W3SVC"})

QUESTIONS = {
    "query": lambda host: host.query("root/cimv2", "SELECT Name FROM Win32_Service"),
    "get": lambda host: host.get(PATH),
    "ask": lambda host: host.ask(PATH, "GetCurrentMode", {"Depth": 1}),
    "run": lambda host: host.run("iisreset", "/STATUS", timeout=60.0),
}


class Counting:
    """A host that answers with how often it was asked, or fails."""

    def __init__(self, failure=None):
        self.asked = 0
        self.failure = failure

    def answer(self, *_arguments, **_options):
        self.asked += 1
        if self.failure:
            raise self.failure
        return self.asked

    query = get = ask = run = put_property = invoke = answer


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_asked_once_and_again_after_somebody_waited(name):
    host, clock = Counting(), VirtualClock()
    once = ReadOnce(host, clock)

    answers = [QUESTIONS[name](once), QUESTIONS[name](once)]
    began = once.monotonic()
    once.sleep(2.0)
    answers.append(QUESTIONS[name](once))

    assert answers == [1, 1, 2]
    assert once.monotonic() - began == 2.0


def test_other_questions_have_other_answers():
    once = ReadOnce(Counting(), VirtualClock())

    answers = [QUESTIONS[name](once) for name in QUESTIONS]
    answers += [
        once.query("root/default", "SELECT Name FROM Win32_Service"),
        once.get(ObjectPath("root/cimv2", "Win32_Service", {"Name": "IISADMIN"})),
        once.ask(PATH, "GetCurrentMode", {"Depth": 2}),
        once.ask(PATH, "GetCurrentMode"),
    ]

    assert answers == list(range(1, 9))


def test_a_refusal_is_an_answer():
    host = Counting(Fault("no", codes=[5]))
    once = ReadOnce(host, VirtualClock())

    for _again in range(2):
        with pytest.raises(Fault):
            once.get(PATH)

    assert host.asked == 1


def test_a_host_that_cannot_be_reached_has_not_answered():
    host = Counting(HostUnreachable("gone"))
    once = ReadOnce(host, VirtualClock())

    for _again in range(2):
        with pytest.raises(HostUnreachable):
            once.get(PATH)

    assert host.asked == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda host: host.put_property(PATH, "IIs5IsolationModeEnabled", True),
        lambda host: host.invoke(PATH, "StopService"),
        lambda host: host.run("iisreset", "/RESTART", timeout=60.0),
        lambda host: host.run("sc", "failure", "W3SVC", timeout=60.0),
    ],
)
def test_a_change_never_gets_to_the_host(change):
    host = Counting()

    with pytest.raises(RuntimeError, match="A preflight only reads"):
        change(ReadOnce(host, VirtualClock()))

    assert host.asked == 0
