# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout over many hosts, as the callback of the report sees it: what each task did, and when."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.fleetops.iis.plugins.plugin_utils._report.events import Running, TaskEvent, TaskStatus
from ansible_collections.fleetops.iis.plugins.plugin_utils._report.rollout import About, Record

SERVICE = "fleetops.iis.iis_service"
STARTED = 1_790_000_000.0
"""When the rollout began, in seconds of Unix time."""

ABOUT = About(
    user="operator",
    controller="controller01",
    inventory=("inventory.yml",),
    limit="web",
    variables={"batch": "5%", "health_check_url": None},
    versions={"fleetops.iis": "1.1.0", "ansible-core": "2.19.14", "Python": "3.11.7"},
)
DISABLED = (
    "Couldn't restart IIS: IISReset is disabled on this host (ERROR_RESOURCE_DISABLED (0x800710D5)). "
    "Set when_iisreset_disabled: use_scm, or enable it with iis_reset_access."
)
WARNING = "iisreset /RESTART ended with exit code 1, but everything that ran runs again."


def host_events(name: str, number: int, start: float, *, slow: float = 1.0) -> Iterator[TaskEvent]:
    """The tasks of one host. Every 40th is refused, every 50th stays down, every 70th fails its health check."""

    def event(task: str, status: TaskStatus, begin: float, end: float, **more: object) -> TaskEvent:
        action = str(more.pop("action", "ansible.builtin.uri"))
        return TaskEvent(name, task, action, status, start + begin, start + end, **more)  # type: ignore[arg-type]

    look = "Look at the host, and refuse early what can't work"
    if number % 40 == 7:
        yield event(look, TaskStatus.FAILED, 0.0, 0.5, result={"msg": DISABLED})
        return
    yield event(look, TaskStatus.OK, 0.0, 0.5)
    yield event("Take the host out of the load balancer", TaskStatus.CHANGED, 0.6, 1.0, milestone="out_of_rotation")
    outage = (4.0 + number % 5) * slow
    up = 4.0 + outage
    after = "stopped" if number % 50 == 9 else "started"
    result: dict[str, object] = {
        "services": {"w3svc": {"name": "W3SVC", "before": "started", "after": after}},
        "sessions_cut": {"http": number % 7},
        "save": {"changed": True},
        "changed": True,
    }
    restart = "Save the metabase, and restart"
    if after == "stopped":
        result |= {"brought_back": [], "msg": f"W3SVC still isn't started after {up:.0f} s. Look at its events."}
        yield event(restart, TaskStatus.FAILED, 1.1, up, action=SERVICE, result=result)
        return
    warnings = (WARNING,) if number % 90 == 11 else ()
    result["outage_seconds"] = outage
    yield event(restart, TaskStatus.CHANGED, 1.1, up, action=SERVICE, result=result, warnings=warnings)
    ill = number % 70 == 13
    answer = {"msg": f"Status code was 503 and not [200]: http://{name}/health"} if ill else {}
    status = TaskStatus.FAILED if ill else TaskStatus.OK
    yield event("Ask the URL", status, up + 0.1, up + 1.0, milestone="verified", result=answer)
    if not ill:
        back = "Return the host to the load balancer"
        yield event(back, TaskStatus.CHANGED, up + 1.1, up + 1.5, milestone="back_in_rotation")


def record(hosts: int = 1000, batch: int = 50, *, reached: int | None = None, slow: float = 1.0) -> Record:
    """A rollout that ended; with ``reached`` one that goes on, in the middle of the batch of that host."""
    names = [f"web{number:04}" for number in range(1, hosts + 1)]
    made = Record("Restart IIS, a few hosts at a time", "safe_restart.yml", STARTED, about=ABOUT)
    now = STARTED
    for group in _batched(names, batch):
        made.begin_batch(group, names, "play")
        for place, name in enumerate(group):
            number = names.index(name) + 1
            events = list(host_events(name, number, now + 0.02 * place, slow=slow))
            if reached is not None and number > reached:
                events = events[: place % 3]
                made.running[name] = Running("Save the metabase, and restart", now + 1.0)
            for event in events:
                running = made.running.get(name)
                made.add(event)
                if running:
                    made.running[name] = running
        now += 14.0 * slow
        if reached is not None and names.index(group[-1]) >= reached:
            return made
    made.ended = now
    return made


def _batched(names: list[str], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(names), size):
        yield tuple(names[start : start + size])
