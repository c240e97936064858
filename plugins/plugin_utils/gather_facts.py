# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has Ansible gather facts with a module that an action plugin carries out, as those of this collection are.

Ansible's own ``gather_facts`` copies the module that ``ansible_facts_modules`` names to the host and runs it there,
also where an action plugin of that name would do the work on the controller. A project takes this one instead with a
file ``action_plugins/gather_facts.py`` beside its playbooks, which is one import of :class:`ActionModule`.
"""

from __future__ import annotations

import importlib.util
import itertools
from pathlib import Path
from typing import Any

import ansible.plugins.action
from ansible.errors import AnsibleActionFail
from ansible.plugins.loader import action_loader

#: What a play passes on to a module that gathers facts.
_PASSED = ("gather_subset", "gather_timeout", "filter")


def _ansibles_own() -> Any:
    """Return Ansible's own action plugin. By its name the import system would find the project's file."""
    place = Path(str(ansible.plugins.action.__file__)).with_name("gather_facts.py")
    spec = importlib.util.spec_from_file_location(f"{__name__}_of_ansible", place)
    if spec is None or spec.loader is None:
        raise ImportError(str(place))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ActionModule


_GatherFacts: Any = _ansibles_own()


class ActionModule(_GatherFacts):  # type: ignore[misc]
    """``gather_facts``, with modules that are action plugins too: with several modules in parallel, those at once."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._job_numbers = itertools.count(1)
        self._finished: dict[str, dict[str, Any]] = {}

    def _get_module_args(self, fact_module: str, task_vars: dict[str, Any]) -> dict[str, Any]:
        if not _is_action(fact_module):
            return dict(super()._get_module_args(fact_module, task_vars))
        # Ansible passes these to its own modules only, and warns of the others.
        given = self._task.args
        self._task.args = {name: value for name, value in given.items() if name not in _PASSED}
        try:
            arguments = super()._get_module_args(fact_module, task_vars)
        finally:
            self._task.args = given
        if arguments.pop("fact_path", None) is not None:
            self._display.warning(f"{fact_module} reads no files of facts on the host: fact_path is ignored.")
        passed = {name: given[name] for name in _PASSED if given.get(name) is not None}
        return {**arguments, **passed}

    def _execute_module(self, module_name: str | None = None, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        module_args: dict[str, Any] = keywords.get("module_args") or {}
        if module_name is None or not _is_action(module_name):
            finished = self._finished.pop(str(module_args.get("jid")), None)
            return finished or dict(super()._execute_module(module_name, *arguments, **keywords))
        result = self._act(module_name, module_args, keywords.get("task_vars") or {})
        if not keywords.get("wrap_async"):
            return result
        job = f"{module_name} {next(self._job_numbers)}"
        self._finished[job] = {**result, "finished": 1}
        return {"ansible_job_id": job, "results_file": ""}

    def _act(self, name: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run an action plugin in the place of this one. What fails is this task, with its message."""
        task = self._task.copy()
        task.action = name
        task.args = arguments
        action = action_loader.get(
            name,
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        result: dict[str, Any] = action.run(task_vars=task_vars)
        if result.get("failed"):
            raise AnsibleActionFail(result.get("msg", f"{name} failed"), result=result)
        return result


def _is_action(name: str) -> bool:
    """Whether it is a module of a collection that an action plugin carries out."""
    return name.count(".") >= 2 and not name.startswith("ansible.") and action_loader.has_plugin(name)
