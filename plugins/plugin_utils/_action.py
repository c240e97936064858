# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of every action plugin of the collection: from a task's arguments to one call into the domain.

An action runs on the controller; nothing is copied to the host. See ``ansible.plugins.action.ActionBase``.
"""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from ansible import constants
from ansible import context as cli
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ._action_host import LoggedHost, SystemClock, TaskOperator
from ._action_notes import NoteFile
from ._iis.codes import describe_fault
from ._iis.context import Context, WindowsHost
from ._iis.ledger import RUN_AGAIN, Ledger
from ._iis.outcome import IisError, Outcome
from ._wsman.client import WsManClient
from ._wsman.errors import Fault, HostUnreachable, MalformedAnswer, OutcomeUnknown
from ._wsman.transport.channel import Channel
from ._wsman.transport.open import open_channel

#: Callbacks whose output on the screen is for programs, or has one line for each result.
_FOR_PROGRAMS = ("json", "jsonl", "oneline")
#: Masking a shorter password would mask ordinary words, too, and so give it away.
_LONGER_THAN_A_WORD = 8


class IisAction(ActionBase):
    """An action plugin that does one thing with IIS.

    A subclass sets ``ARGUMENT_SPEC``, and the tables of dependencies between options that it needs, and
    implements :meth:`perform`. ``SECONDS`` are the options that are a time-out in seconds, and the least of each.
    """

    ARGUMENT_SPEC: Mapping[str, Mapping[str, Any]] = {}
    MUTUALLY_EXCLUSIVE: Sequence[Sequence[str]] = ()
    REQUIRED_TOGETHER: Sequence[Sequence[str]] = ()
    REQUIRED_ONE_OF: Sequence[Sequence[str]] = ()
    REQUIRED_IF: Sequence[Sequence[Any]] = ()
    REQUIRED_BY: Mapping[str, str | Sequence[str]] = {}
    SECONDS: Mapping[str, int] = {}

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    @abstractmethod
    def perform(self, options: dict[str, Any], context: Context) -> Outcome:
        """Do the work with validated options. May raise IisError or any WsManError."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Validate, perform, and make an Ansible result of how it ended.

        Raises AnsibleConnectionFailure when the host can't be reached, which makes it *unreachable*.
        """
        result: dict[str, Any] = super().run(tmp, task_vars)
        options, secrets, complaint = self._validate()
        if complaint is not None:
            return {**result, "failed": True, "changed": False, "msg": complaint}

        secrets = secrets | self._connection_secrets()
        host_name = self._host_name(task_vars or {})
        warnings: list[str] = []
        host = LoggedHost(self._connect, host_name, secrets)
        clock = SystemClock()
        operator = TaskOperator(
            host_name, warnings, secrets, shows=self._shows_progress(task_vars or {}), monotonic=clock.monotonic
        )
        self._still = operator.still
        context = Context(
            host=host,
            clock=clock,
            operator=operator,
            check_mode=bool(self._task.check_mode),
            over_tls=lambda: self._channel.endpoint.startswith("https:"),
            is_later=self._is_later,
            notes=NoteFile(lambda: self._channel.endpoint, operator),
        )
        result.update(self._perform(options, context, host.ledger))
        if warnings:
            # With the host's name, because Ansible prints a text once, however many hosts it is for.
            result["warnings"] = [f"{host_name}: {warning}" for warning in warnings]
        # A host may repeat what it was sent in the text of a refusal.
        shown: dict[str, Any] = remove_values(result, secrets)
        return shown

    def _validate(self) -> tuple[dict[str, Any], set[str], str | None]:
        """Return the options, the values of the secret ones (``no_log``), and what is wrong with them."""
        # ActionBase.validate_argument_spec would show the plugin's Python path in its message.
        validator = ArgumentSpecValidator(
            {name: dict(option) for name, option in self.ARGUMENT_SPEC.items()},
            mutually_exclusive=self.MUTUALLY_EXCLUSIVE,
            required_together=self.REQUIRED_TOGETHER,
            required_one_of=self.REQUIRED_ONE_OF,
            required_if=self.REQUIRED_IF,
            required_by=self.REQUIRED_BY,
        )
        try:
            validation = validator.validate(dict(self._task.args))
        except TypeError as error:
            # ansible-core raises it, instead of reporting it, for a value that can't have suboptions.
            nested = ", ".join(name for name, option in self.ARGUMENT_SPEC.items() if "options" in option)
            return {}, set(), f"A value in {nested} has the wrong type: {error}"
        except OverflowError as error:
            # Nor does it report an integer that is infinite.
            return {}, set(), f"A number is too large: {error}."
        options: dict[str, Any] = validation.validated_parameters
        # A misspelt option comes first: what else is missing is often its consequence.
        errors = sorted(validation.errors, key=lambda error: not isinstance(error, UnsupportedError))
        module = getattr(self._task, "resolved_action", None) or self._task.action
        complaints = [
            f"Unsupported parameters for ({module}) module: {error}"
            if isinstance(error, UnsupportedError)
            else str(error)
            for error in errors
        ]
        if not errors:
            complaints += [
                _complaint(name, options[name], least)
                for name, least in self.SECONDS.items()
                if options[name] is not None and not least <= options[name] <= sys.float_info.max
            ]
        return options, validation._no_log_values, "; ".join(complaints) or None

    def _connection_secrets(self) -> set[str]:
        """The password of the account: the host knows it, and may repeat it. A very short one isn't masked."""
        if not self._connection.has_option("remote_password"):
            return set()
        password = self._connection.get_option("remote_password")
        return {password} if isinstance(password, str) and len(password) >= _LONGER_THAN_A_WORD else set()

    def _host_name(self, variables: Mapping[str, Any]) -> str:
        """The host that the task works on: the one that it is delegated to, or the one that the play is for."""
        return str(self._task.delegate_to or variables.get("inventory_hostname", "host"))

    @cached_property
    def _channel(self) -> Channel:
        return self._open_channel()

    def _connect(self) -> WindowsHost:
        return WsManClient(self._channel, still=self._still)

    def _is_later(self) -> bool:
        """Whether the host said that its Windows is later than Server 2003. Without a connection it said nothing."""
        return "_channel" in vars(self) and self._channel.is_later

    def _shows_progress(self, variables: Mapping[str, Any]) -> bool:
        """Whether to show progress: ``iis_progress`` says so, and what is on the screen isn't read by a program."""
        callback = str(constants.config.get_config_value("DEFAULT_STDOUT_CALLBACK"))
        if cli.CLIARGS.get("one_line") or callback.rpartition(".")[2] in _FOR_PROGRAMS:
            return False
        wish = variables.get("iis_progress")
        return wish is None or bool(boolean(self._templar.template(wish), strict=False))

    def _open_channel(self) -> Channel:
        return open_channel(self._connection)

    def _explained(self, options: dict[str, Any], context: Context) -> Outcome:
        """Perform it. To say why something is missing the host may have to be asked, which may fail in any way."""
        try:
            return self.perform(options, context)
        except IisError as error:
            error.explain()
            raise

    def _perform(self, options: dict[str, Any], context: Context, ledger: Ledger) -> dict[str, Any]:
        try:
            outcome = self._explained(options, context)
        except IisError as error:
            # An error with `changed` already says what changed; for the others, add the ledger.
            asked = "" if error.changed else ledger.words
            return _failed(error.message + asked, changed=error.changed or bool(asked), values=error.values)
        except HostUnreachable as unreachable:
            raise AnsibleConnectionFailure(
                f"{unreachable}.{ledger.words}" if ledger.words else str(unreachable)
            ) from None
        except OutcomeUnknown as unknown:
            return _failed(
                f"A change was sent to the host, but its answer never came: {unknown}. The change may or may not have "
                f"been made. {RUN_AGAIN}"
            )
        except Fault as fault:
            words = f"The host refused: {describe_fault(fault)}. It was asked to {ledger.last}.{ledger.words}"
            return _failed(words, changed=bool(ledger.words))
        except MalformedAnswer as answer:
            words = f"The host's answer can't be understood: {answer}. It was asked to {ledger.last}.{ledger.words}"
            return _failed(words, changed=bool(ledger.words))
        if outcome.cost:
            context.operator.warn(outcome.cost)
        result = {**outcome.values, "changed": outcome.changed}
        if self._task.diff and (outcome.before or outcome.after):
            result["diff"] = {"before": outcome.before, "after": outcome.after}
        return result


def _complaint(name: str, seconds: float, least: int) -> str:
    wanted = f"at least {least} {'second' if least == 1 else 'seconds'}" if seconds < least else "a number of seconds"
    return f"{name} has to be {wanted}, not {str(seconds).removesuffix('.0')}."


def _failed(message: str, *, changed: bool = False, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {**(values or {}), "failed": True, "changed": changed, "msg": message}
