# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a record of a rollout to the page and the JSON."""

from __future__ import annotations

import json
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.fleetops.iis.plugins.plugin_utils._report.as_json import to_json
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.events import TaskEvent, TaskStatus
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.html import to_html
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.reading import HIDDEN, message
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.rollout import HostStatus, Record, summarize
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.words import headline, seconds, sessions

MARK = "\ue000"
"""Stands at both ends of every text that comes from outside, to be found again in the page."""

EMPTY = {"area", "base", "br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """What a page is made of: elements, the attributes that aren't our own, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.texts.append(data)


def event(host="web01", status=TaskStatus.OK, at=10.0, task="Do it", action="x.y.z", **more):
    return TaskEvent(host, task, action, status, at - 1.0, at, result=more.pop("result", {}), **more)


def restart(host: str, at: float, outage: float = 5.0):
    services = {"w3svc": {"name": "W3SVC", "before": "started", "after": "started"}}
    result = {"services": services, "outage_seconds": outage, "sessions_cut": {"http": 2}, "save": {"changed": True}}
    return event(host, TaskStatus.CHANGED, at, action="fleetops.iis.iis_service", result=result)


def record(title="Title", playbook="site.yml", **more) -> Record:
    return Record(title=title, playbook=playbook, started=0.0, **more)


def of_one(*events, **more) -> Record:
    """A rollout over one host."""
    made = record(**more)
    made.begin_batch(["a"], ["a"], "play")
    for each in events:
        made.add(each)
    return made


@pytest.fixture
def stopped() -> Record:
    """Six hosts, two at a time; the fourth fails, and the play stops."""
    names = [f"web0{number}" for number in range(1, 7)]
    made = record()
    made.begin_batch(names[:2], names, "play")
    made.add(restart("web01", 10.0))
    made.add(event("web02", at=10.0))
    made.begin_batch(names[2:4], names, "play")
    made.add(restart("web03", 20.0, outage=9.0))
    made.add(event("web04", TaskStatus.FAILED, 20.0, result={"msg": "503"}))
    made.stop_batch()
    made.ended, made.failed, made.unreachable = 25.0, frozenset({"web04"}), frozenset()
    return made


def statuses(made: Record) -> dict[str, str]:
    return {host.name: host.status.value for host in summarize(made, 0.0).hosts}


def test_failures_come_first_and_untouched_hosts_last(stopped):
    assert list(statuses(stopped).items()) == [
        ("web04", "failed"),
        ("web03", "stopped"),
        ("web01", "changed"),
        ("web02", "unchanged"),
        ("web05", "untouched"),
        ("web06", "untouched"),
    ]


def test_the_headline_says_what_happened(stopped):
    words, rest = headline(summarize(stopped, 0.0))

    assert words == "Stopped: 1 of 6 hosts failed"
    assert (
        rest
        == "1 host was changed, 1 host had nothing to do, 1 host was stopped on the way and 2 hosts were not touched"
    )


def test_the_sum_of_a_rollout(stopped):
    rollout = summarize(stopped, 0.0)

    assert rollout.longest_outage == ("web03", 9.0)
    assert rollout.sessions == {"http": 4}


@pytest.mark.parametrize(
    ("milestones", "status"),
    [
        (("verified",), "changed"),
        (("out_of_rotation", "verified"), "stopped"),
        (("out_of_rotation", "verified", "back_in_rotation"), "changed"),
    ],
)
def test_a_host_of_the_batch_that_was_stopped_is_done_when_it_is_well_and_in_rotation(stopped, milestones, status):
    for milestone in milestones:
        stopped.add(event("web03", milestone=milestone))

    assert statuses(stopped)["web03"] == status


def test_a_failure_that_was_rescued_is_none(stopped):
    stopped.failed = frozenset()
    stopped.batches[-1].stopped = False

    assert statuses(stopped)["web04"] == "unchanged"


def test_a_rollout_that_still_runs_is_judged_by_its_events(stopped):
    stopped.ended = stopped.failed = stopped.unreachable = None

    rollout = summarize(stopped, 30.0)

    assert (rollout.finished, rollout.ended) == (False, 30.0)
    assert rollout.hosts[0].status is HostStatus.FAILED


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (record(ended=1.0), "No hosts"),
        (of_one(event("a"), ended=1.0, check=True), "Check mode: nothing was touched"),
        (of_one(event("a"), ended=1.0), "All is well"),
        (of_one(event("a", milestone="verified")), "Under way: 1 of 1 host done"),
        (of_one(event("a", TaskStatus.UNREACHABLE), ended=1.0), "1 of 1 host unreachable"),
    ],
)
def test_other_headlines(made, words):
    assert headline(summarize(made, 0.0))[0] == words
    Page(to_html(summarize(made, 0.0)))


def test_the_json_is_what_a_pipeline_needs(stopped):
    told = json.loads(to_json(summarize(stopped, 0.0)))

    assert told["format"] == 2
    assert (told["summary"]["failed"], told["summary"]["untouched"]) == (1, 2)
    assert told["hosts"][0]["message"] == "503"
    assert told["hosts"][1]["outages"] == [
        {
            "from": "1970-01-01T00:00:11.000+00:00",
            "to": "1970-01-01T00:00:20.000+00:00",
            "seconds": 9.0,
            "exact": True,
            "services": [],
        }
    ]
    assert told["hosts"][-1] == {"name": "web06", "status": "untouched", "batch": None}


# -- the page ----------------------------------------------------------------------


def test_the_page_needs_nothing_else(stopped):
    page = Page(to_html(summarize(stopped, 0.0)))

    assert not {"link", "img", "iframe", "object", "base"} & set(page.elements)
    loaded = [attribute for attribute in page.attributes if attribute[1] in {"src", "href", "action", "data", "srcset"}]
    assert all(value.startswith("#") for _tag, _name, value in loaded)
    assert not re.search(r"url\(|@import|https?://", to_html(summarize(stopped, 0.0)))


def test_links_lead_somewhere(stopped):
    page = Page(to_html(summarize(stopped, 0.0)))

    there = {value for _tag, name, value in page.attributes if name == "id"}
    assert {value[1:] for _tag, name, value in page.attributes if name == "href"} <= there
    assert len(there) == len([1 for _tag, name, _value in page.attributes if name == "id"])


texts = st.text(max_size=40) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "' onload='x",
        '"><img src=x onerror=y>',
        "{{ 7 * 7 }}",
        "</style></script><b>",
        "&amp;lt;",
        "-->",
    ]
)


@given(texts, texts, texts, texts)
def test_whatever_hosts_and_tasks_say_stays_text(name, task, told, title):
    strange = [f"{MARK}{text}{MARK}" for text in (name, task, told, title)]
    made = record(title=strange[3], playbook=strange[3])
    plain = record()
    for target, words in ((made, strange), (plain, ["n", "t", "m"])):
        target.begin_batch([words[0]], [words[0]], "play")
        target.add(event(words[0], TaskStatus.CHANGED, task=words[1]))
        target.add(event(words[0], TaskStatus.FAILED, task=words[1], milestone="verified", result={"msg": words[2]}))
    page, reference = Page(to_html(summarize(made, 1.0))), Page(to_html(summarize(plain, 1.0)))

    assert page.elements == reference.elements
    assert [pair[:2] for pair in page.attributes] == [pair[:2] for pair in reference.attributes]
    for _tag, attribute, value in page.attributes:
        assert MARK not in value or attribute in {"title", "aria-label"}


def test_a_thousand_hosts_make_a_page_that_loads(stopped):
    made = record()
    names = [f"web{number:04}" for number in range(1000)]
    for start in range(0, 1000, 50):
        made.begin_batch(names[start : start + 50], names, "play")
        for name in names[start : start + 50]:
            made.add(restart(name, start + 10.0))
            made.add(event(name, at=start + 11.0, milestone="verified"))
    made.ended = 1100.0
    began = time.process_time()
    html = to_html(summarize(made, 0.0))

    assert time.process_time() - began < 5.0
    assert len(html) < 2_000_000


# -- words ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "—"),
        (0.0, "0 s"),
        (8.42, "8.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (125.0, "2 min 5 s"),
        (3599.7, "1 h"),
        (3780.0, "1 h 3 min"),
    ],
)
def test_seconds_in_words(number, words):
    assert seconds(number) == words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (None, "—"),
        ({"smtp": None}, "—"),
        ({"http": 0, "ftp": None}, "none"),
        ({"http": 12, "ftp": 1}, "12 HTTP, 1 FTP"),
    ],
)
def test_sessions_in_words(counts, words):
    assert sessions(counts) == words


# -- secrets ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "result", [{"censored": "hidden", "msg": "geheim"}, {"_ansible_no_log": True, "msg": "geheim"}]
)
def test_a_hidden_result_stays_hidden(result):
    assert message(result) == HIDDEN


def test_a_password_in_a_url_is_left_out():
    assert message({"msg": "GET http://admin:geheim@web01/x failed"}) == "GET http://***@web01/x failed"


def test_of_a_loop_the_items_that_failed_speak():
    result = {
        "msg": "One or more items failed",
        "results": [{"msg": "fine"}, {"failed": True, "msg": "a"}, {"unreachable": True, "msg": "b"}],
    }
    assert message(result) == "a\nb"


def test_nothing_but_the_message_of_a_result_gets_into_a_report():
    made = record()
    made.begin_batch(["a"], ["a"], "play")
    hidden = {
        "stdout": "geheim",
        "invocation": {"module_args": {"password": "geheim"}},
        "exception": "geheim",
        "diff": "geheim",
    }
    made.add(event("a", TaskStatus.FAILED, result={"msg": "it failed", **hidden}))
    made.add(event("a", TaskStatus.CHANGED, action="fleetops.iis.iis_service", result=hidden))

    for render in (to_html, to_json):
        assert "geheim" not in render(summarize(made, 0.0))
