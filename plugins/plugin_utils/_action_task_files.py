# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What later tasks need on the controller: files with tasks that Ansible can load, and variables that they can use.

Ansible loads a file with tasks when it gets to the task that includes it. A file that it can't load ends the whole run
there, or fails the host past every ``rescue``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.playbook.block import Block
from ansible.playbook.helpers import load_list_of_tasks
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.role_include import IncludeRole
from ansible.playbook.task import Task
from ansible.playbook.task_include import TaskInclude
from ansible.template import Templar

#: What import_role shares with include_role.
_OF_ROLES = ("name", "role", "tasks_from", "vars_from", "defaults_from", "handlers_from")
#: Where the excerpt of the file begins that older versions of ansible-core add to a message.
_EXCERPT = "The offending line appears to be"


def missing_value(name: str, templar: Templar) -> str:
    """Say why a variable that is defined has no value; nothing where it has one, or isn't defined."""
    variables: Mapping[str, Any] = templar.available_variables
    if name in variables:
        try:
            templar.template(variables[name])
        except AnsibleError as error:
            return f"{name}: {_line(error)}."
    return ""


def role_troubles(name: str, task: Task, templar: Templar) -> Iterator[str]:
    """Say what is wrong with the variables that a role is given, by ``argument_specs.yml`` of the role.

    Ansible itself looks at them when it gets to the role. Looked at is what begins with the role's name. Where there is
    no such variable, which is the case on most hosts, the role isn't looked for.
    """
    given = [each for each in templar.available_variables if each.startswith(f"{name.rpartition('.')[2]}_")]
    if not given:
        return
    try:
        options = _options_of_role(name, task)
    except AnsibleError as error:
        yield f"{_line(error)}."
        return
    for variable in sorted(options.keys() & given):
        yield from filter(
            None, [missing_value(variable, templar) or _wrong_value(variable, options[variable], templar)]
        )


def _options_of_role(name: str, task: Task) -> Mapping[str, Any]:
    """What a role's main tasks take. Raises AnsibleError."""
    role = RoleInclude.load(
        name,
        play=task.get_play(),
        variable_manager=task.get_variable_manager(),
        loader=task.get_loader(),
        collection_list=task.collections,
    )
    try:
        specs = task.get_loader().load_from_file(str(Path(role.get_role_path(), "meta", "argument_specs.yml")))
    except AnsibleFileNotFound:
        return {}
    options: Mapping[str, Any] = specs.get("argument_specs", {}).get("main", {}).get("options", {})
    return options


def _wrong_value(name: str, spec: Mapping[str, Any], templar: Templar) -> str:
    """Say what is wrong with the value of a variable, which has one."""
    value = templar.template(templar.available_variables[name])
    try:
        errors = ArgumentSpecValidator({name: dict(spec)}).validate({name: value}).error_messages
    except (TypeError, OverflowError) as error:  # of a value that can't have suboptions, and of an infinite number
        errors = [str(error)]
    if not errors:
        return ""
    shown = "hidden" if spec.get("no_log") else json.dumps(value, default=str, ensure_ascii=False)
    kind = str(spec.get("type", "str"))
    if spec.get("choices"):
        kind = f"one of {', '.join(map(str, spec['choices']))}"
    elif kind == "list":
        kind = f"a list of {spec.get('elements', 'str')}"
    return f"{name} is {shown}, but has to be {kind}."


class TaskFiles:
    """Files with tasks, loaded as Ansible will when a task beside ``task`` includes them.

    What they include is loaded as well where it is certain to be included: a fixed name, no condition, no loop. What a
    role includes is the role's own business.
    """

    def __init__(self, task: Task, templar: Templar) -> None:
        self._task = task
        self._variables: Mapping[str, Any] = templar.available_variables
        self._loaded: set[str] = set()

    def trouble(self, path: str) -> str:
        """Say why a file can't be loaded; nothing where it can. ``path`` is relative to the playbook, or absolute."""
        file = Path(str(self._variables["playbook_dir"]), path)
        if not file.is_file():
            return f"There is no {file}."
        try:
            self._load({"ansible.builtin.import_tasks": str(file)}, self._beside())
        except AnsibleFileNotFound as error:
            return f"{file} can't be loaded: there is no {error.file_name}."
        except AnsibleError as error:
            return f"{file} can't be loaded: {_line(error)}."
        return ""

    def _beside(self) -> Block:
        """A block of the task's play, role and collections, which nothing includes.

        A static import looks for its file beside all that includes it, and the names of those files may be templates
        that only have a value for one host, which it doesn't know.
        """
        block = Block(play=self._task.get_play(), role=self._task._role)
        block.collections = self._task.collections
        return block

    def _load(self, statement: Mapping[str, Any], block: Any) -> None:
        """Load what a static import in a block loads. Raises AnsibleError where that fails."""
        found = load_list_of_tasks(
            [dict(statement)],
            play=self._task.get_play(),
            block=block,
            role=self._task._role,
            variable_manager=self._task.get_variable_manager(),
            loader=self._task.get_loader(),
        )
        for include in _includes(found):
            statement = _static(include)
            if self._is_certain(include) and str(statement) not in self._loaded:
                self._loaded.add(str(statement))
                self._load(statement, include._parent)

    def _is_certain(self, include: TaskInclude) -> bool:
        """Whether an include is reached in any case, with this name."""
        play = self._task.get_play()
        # The conditions of a task are its own and those of all that it is in, the role's entry in the play included.
        certain: bool = (
            "{{" not in str(_static(include))
            and include._role is self._task._role
            and set(map(str, include.when)) <= set(map(str, self._beside().when))
            and include.loop is None
            and include.evaluate_tags(play.only_tags, play.skip_tags, all_vars=dict(self._variables))
        )
        return certain


def _static(include: TaskInclude) -> dict[str, Any]:
    """The static import that loads what an include loads."""
    if isinstance(include, IncludeRole):
        return {"ansible.builtin.import_role": {name: include.args[name] for name in _OF_ROLES if name in include.args}}
    return {"ansible.builtin.import_tasks": include.args.get("_raw_params")}


def _includes(found: Sequence[Block | Task]) -> Iterator[TaskInclude]:
    """The includes among tasks that were loaded, those in blocks as well, that Ansible leaves for later."""
    for item in found:
        if isinstance(item, Block):
            for part in (item.block, item.rescue, item.always):
                yield from _includes(part)
        elif isinstance(item, TaskInclude) and not item.statically_loaded:
            yield item


def _line(error: AnsibleError) -> str:
    """An error in one line, without a full stop."""
    return " ".join(str(error).partition(_EXCERPT)[0].split()).rstrip(".")
