# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of a playbook of this collection, after a look at what it was started with."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout_hosts
short_description: The hosts of a playbook of this collection, refused where they or its variables make no sense
version_added: 1.1.0
author:
  - fleetops.iis contributors (@fleetops)
description:
  - Returns the pattern of hosts that the variable C(iis_hosts) gives, V(all) without it.
  - Fails with one sentence, before any host is asked anything, for a mistake that can be seen by then.
  - These are a C(mode) that is missing or doesn't exist, a C(batch) that Ansible takes for all hosts or can't read, a
    pattern that matches no host, C(--tags), which the playbooks don't have, and variables of the command line that the
    playbook and its roles don't have, where they are those of other playbooks and roles or look like a slip. A
    C(batch), C(max_fail) or C(iis_hosts) that only the inventory sets is one, too, as a play doesn't read it there.
  - The playbooks of the collection use it. It is of little use elsewhere.
options:
  _terms:
    description: The name of the playbook, such as V(isolation_mode).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Restart IIS on some hosts
  hosts: "{{ lookup('fleetops.iis.rollout_hosts', 'safe_restart') }}"
  gather_facts: false
  roles:
    - role: fleetops.iis.safe_restart
"""

RETURN = r"""
_raw:
  description: The pattern of hosts.
  type: list
  elements: str
"""

from collections.abc import Collection, Mapping, Sequence
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, NoReturn

import yaml
from ansible import context
from ansible.constants import config
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible.utils.vars import load_extra_vars

from ..plugin_utils._rollout.inventory import set_in_inventory
from ..plugin_utils._rollout.refusals import OF_THE_PLAY, PLAYBOOKS, Request, refusal
from ..plugin_utils._rollout.started import playbooks_of_run

_ROLES = Path(__file__).resolve().parents[2] / "roles"

#: Runs that show what there is and touch nothing: they need no variables.
_LISTINGS = ("syntax", "listhosts", "listtasks", "listtags")


class LookupModule(LookupBase):
    """Returns the pattern of hosts."""

    def run(self, terms: Sequence[str], variables: Mapping[str, Any] | None = None, **_options: Any) -> list[str]:
        """Return the pattern for a playbook. Where it can't begin, raises SystemExit, or AnsibleError in a task."""
        known = variables or {}
        pattern = _pattern(self._value(known.get("iis_hosts", "all")))
        if not any(context.CLIARGS.get(listing) for listing in _LISTINGS):
            given: Mapping[str, Any] = load_extra_vars(self._loader) if self._loader else {}
            manager = self._inventory(known.get("groups", {}))
            matched = [str(host.name) for host in manager.get_hosts(pattern)] if pattern else []
            request = Request(
                playbook=terms[0],
                given=given,
                variables={name: self._value(known[name]) for name in PLAYBOOKS[terms[0]] if name in known},
                roles=_variables_of_roles(),
                matched=matched,
                pattern=pattern,
                limit=context.CLIARGS.get("subset"),
                tags=context.CLIARGS.get("tags") or ("all",),
                together=self._together(),
                inventory=set_in_inventory(
                    [name for name in OF_THE_PLAY if name in PLAYBOOKS[terms[0]] and name not in known],
                    matched,
                    manager,
                    context.CLIARGS.get("inventory") or (),
                    str(known.get("playbook_dir", ".")),
                ),
            )
            if words := refusal(request):
                _refuse(words)
        return [pattern]

    def _value(self, value: Any) -> Any:
        return value if self._templar is None else self._templar.template(value)

    def _together(self) -> Collection[str] | None:
        arguments = context.CLIARGS.get("args", ())
        if self._loader is None or isinstance(arguments, str):  # the pattern of an ad-hoc command
            return None
        return playbooks_of_run(arguments, self._loader.load_from_file)

    def _inventory(self, groups: Mapping[str, Sequence[str]]) -> InventoryManager:
        manager = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group=group)
        if limit := context.CLIARGS.get("subset"):
            manager.subset(limit)
        return manager


def _refuse(words: str) -> NoReturn:
    """End the run with 1, what Ansible itself ends with when ``--limit`` matches no host.

    From 2.19 on, ansible-core makes an error of the playbook's text of every exception of a keyword's lookup, and ends
    with 4, which pipelines take for hosts that couldn't be reached.
    """
    if parent_process() is not None:  # one of Ansible's workers, which run tasks
        raise AnsibleError(words)
    Display().display(f"[ERROR]: {words}", color=config.get_config_value("COLOR_ERROR"), stderr=True)
    raise SystemExit(1)


def _pattern(hosts: Any) -> str:
    return ",".join(map(str, hosts)) if isinstance(hosts, list) else "" if hosts is None else str(hosts)


def _variables_of_roles() -> dict[str, list[str]]:
    found = {}
    for specs in _ROLES.glob("*/meta/argument_specs.yml"):
        options = yaml.safe_load(specs.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
        found[specs.parts[-3]] = list(options)
    return found
