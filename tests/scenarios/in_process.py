# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the collection's modules in this process, against simulated hosts on loopback.

What runs is what runs in a play: the action plugin and the connection plugin ``winrm``, both found by Ansible's
loaders, pywinrm, NTLM with sealed messages, real sockets. What is left out is the play around it (ansible-playbook, its
workers, the templating of arguments), which ``tests/end_to_end`` has, and real waiting: see :mod:`shared_time`.
"""

from __future__ import annotations

import functools
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from unittest.mock import patch

from ansible.errors import AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar

from ansible_collections.fleetops.iis.plugins.plugin_utils import _action, _action_notes
from ansible_collections.fleetops.iis.plugins.plugin_utils._wsman.client import WsManClient
from simulator.faults import Rule
from simulator.fleet import Fleet, FleetThread
from simulator.iis.disk import InetsrvFolder
from simulator.journal import Entry
from simulator.scenario import HostSpec, place_host
from simulator.windows.service import Service, ServiceState

from .shared_time import ControllerClock, SharedTime

T = TypeVar("T")

METABASE = InetsrvFolder.path("MetaBase.xml")
_NAMESPACE = "{urn:microsoft-catalog:XML_Metabase_V64_0}"


class World:
    """A running fleet of simulated hosts, and the modules that run against it: ``with World(folder, specs) as …``."""

    def __init__(self, folder: Path, specs: Iterable[HostSpec]) -> None:
        self.time = SharedTime()
        self._folder = folder
        fleet = Fleet([place_host(spec, self.time, folder) for spec in specs], self.time)
        self.time.look = fleet.look
        self.thread = FleetThread(fleet)
        self.clock = ControllerClock(self.time, self.thread.call)
        self.hosts = [Host(self, name) for name in fleet.hosts]
        self._stack = ExitStack()

    def __enter__(self) -> World:  # noqa: PYI034 - Self is not in Python 3.10
        self._stack.enter_context(self.thread)
        client = functools.partial(WsManClient, monotonic=self.clock.monotonic, sleep=self.clock.sleep)
        self._stack.enter_context(patch.object(_action, "SystemClock", lambda: self.clock))
        self._stack.enter_context(patch.object(_action, "WsManClient", client))
        self._stack.enter_context(patch.object(_action_notes, "home", lambda: self._folder / "ansible"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()
        if self.time.failure is not None:
            raise self.time.failure

    def call(self, function: Callable[[], T]) -> T:
        """Do something to the fleet in its thread, and let it notice."""

        async def do() -> T:
            result = function()
            await self.thread.fleet.look()
            return result

        return self.thread.call(do)


class Host:
    """One simulated host: for modules from outside, for tests from inside."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self.name = name

    # -- the collection

    def run(self, module: str, **options: Any) -> dict[str, Any]:
        """Run a module of the collection; see :func:`run_module`."""
        return run_module(self, module, **options)

    def check(self, module: str, **options: Any) -> dict[str, Any]:
        """Run a module in check mode."""
        return run_module(self, module, check_mode=True, **options)

    def variables(self) -> dict[str, Any]:
        """What an inventory says of the host."""
        site = self._world.thread.fleet.sites[self.name]
        account = site.machine.accounts[0]
        tls = site.placement.options.tls is not None
        return {
            "ansible_host": site.placement.address,
            "ansible_port": site.port,
            "ansible_user": account.user,
            "ansible_password": account.password,
            "ansible_winrm_transport": ["ntlm"],
            "ansible_winrm_scheme": "https" if tls else "http",
            "_extras": {"ansible_winrm_server_cert_validation": "ignore"} if tls else {},
        }

    @property
    def time(self) -> SharedTime:
        """The time that the host and the modules share."""
        return self._world.time

    # -- the outside world

    def act(self, action: str, **arguments: Any) -> Any:
        """Do something on the host from outside: see the simulator's control actions."""

        def change() -> Any:
            return self._machine.control_actions[action](**arguments)

        return self._call(change)

    def install(self, *services: Service) -> None:
        """Install services of other products, running."""
        for service in services:
            service.state = ServiceState.RUNNING
            self._call(functools.partial(self._machine.scm.add, service))

    def fault(self, rule: Rule) -> Rule:
        """Let something go wrong on the wire."""
        self._call(lambda: self._world.thread.fleet.sites[self.name].faults.add(rule))
        return rule

    def heal(self) -> None:
        """Let nothing go wrong on the wire any more."""
        self._call(self._world.thread.fleet.sites[self.name].faults.clear)

    def wait(self, seconds: float) -> None:
        """Let simulated seconds pass while nobody works on the host."""
        self._world.clock.sleep(seconds)

    # -- the truth

    def truth(self) -> dict[str, Any]:
        """The host's state."""
        return self._call(lambda: dict(self._machine.describe()))

    @property
    def iis(self) -> dict[str, Any]:
        """IIS's state."""
        state: dict[str, Any] = self.truth()["iis"]
        return state

    @property
    def modes(self) -> tuple[str, str | None]:
        """The configured and the running isolation mode."""
        iis = self.iis
        return iis["configured_mode"], iis["running_mode"]

    def service(self, name: str) -> str:
        """The state of a service, in the words of Win32_Service."""
        return str(self.truth()["services"][name]["state"])

    def services(self, *names: str) -> list[str]:
        """The states of services."""
        states = self.truth()["services"]
        return [states[name]["state"] for name in names]

    def process(self, service: str) -> int:
        """The process that a service runs in: another one after a restart."""
        return int(self.truth()["services"][service]["pid"])

    def site(self, key: str) -> str:
        """The state of a site."""
        return str(self.iis["sites"][key]["state"])

    def sites(self) -> dict[str, str]:
        """The states of all sites."""
        return {key: site["state"] for key, site in self.iis["sites"].items()}

    def in_memory(self, path: str, name: str) -> Any:
        """A property of the metabase as IIS holds it."""
        return self.act("metabase_get", path=path, name=name)

    def on_disk(self, path: str, name: str) -> str | None:
        """A property of the metabase as the file has it."""
        return self.file().get((path.lower(), name))

    def file(self) -> dict[tuple[str, str], str]:
        """The simulated host's MetaBase.xml: every property by its path, in lower case, and its name."""
        text = self._call(lambda: self._machine.files.real_path(METABASE).read_text(encoding="utf-8"))
        section = ET.fromstring(text).find(f"{_NAMESPACE}MBProperty")
        assert section is not None
        return {
            (element.get("Location", "").lower(), name): value for element in section for name, value in element.items()
        }

    # -- the wire

    def journal(self) -> list[Entry]:
        """All HTTP requests so far, as the host saw them."""
        return self._call(lambda: list(self._world.thread.fleet.journal(self.name)))

    def forget(self) -> None:
        """Begin a new journal."""
        self._call(self._world.thread.fleet.journal(self.name).clear)

    def commands(self) -> list[str]:
        """The command lines that were run in shells."""
        return [entry.query for entry in self.journal() if entry.action == "Command"]

    def changes(self) -> list[str]:
        """What was sent that may change something: methods (but for reading ones), Puts and command lines, in order."""
        harmless = (
            "GetCurrentMode",
            "EnumBackups",
            "GetBinaryValue",
            "GetDWORDValue",
            "GetStringValue",
            "GetExpandedStringValue",
        )
        sent = (entry for entry in self.journal() if entry.action in ("Invoke", "Put", "Command"))
        return [entry.method or entry.query or entry.class_name for entry in sent if entry.method not in harmless]

    # -- parts

    @property
    def _machine(self) -> Any:
        return self._world.thread.hosts[self.name]

    def _call(self, function: Callable[[], T]) -> T:
        return self._world.call(function)


def run_module(
    host: Host,
    module: str,
    *,
    check_mode: bool = False,
    diff: bool = True,
    variables: dict[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Run a module on a host as a task would, and return its result.

    ``variables`` are connection variables beside those of the inventory. A host that can't be reached gives
    ``{"unreachable": True, "msg": …}``, as Ansible's task executor has it.
    """
    name = f"fleetops.iis.{module}"
    loader = DataLoader()
    context = PlayContext()
    task = Task.load({"name": module, name: options, "check_mode": check_mode, "diff": diff}, loader=loader)
    connection = connection_loader.get("winrm", context, None)
    connection.set_options(var_options={**host.variables(), **(variables or {})})
    action = action_loader.get(
        name,
        task=task,
        connection=connection,
        play_context=context,
        loader=loader,
        templar=Templar(loader, {}),
        shared_loader_obj=None,
    )
    try:
        result: dict[str, Any] = action.run(task_vars={"inventory_hostname": host.name})
    except AnsibleConnectionFailure as unreachable:
        return {"unreachable": True, "changed": False, "msg": str(unreachable)}
    finally:
        connection.close()
    return result
