# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to sites and application pools, and which of them a host has.

root/WebAdministration needs no shell, so it is asked first; where it isn't installed, appcmd.exe does the same. Which
one it is holds for the rest of the task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ..._wsman import errors
from ..._wsman.errors import Fault, MalformedAnswer, OutcomeUnknown
from ..._wsman.values import ObjectPath
from .. import codes
from ..context import Context, Memory
from ..outcome import IisError
from ..server import ConfigurationUnreadable
from . import web_administration as wmi
from .appcmd import Appcmd, Noun, no_configuration

T = TypeVar("T")

_HAS_WMI = "iis7: has root/WebAdministration"
_APPCMD = "iis7: appcmd"

#: The remedy where only WMI can do it.
INSTALL_TOOLS = "install the Windows feature IIS Management Scripts and Tools (Web-Scripting-Tools) on the host"


def either(context: Context, attempted: str, by_wmi: Callable[[], T], by_appcmd: Callable[[Appcmd], T]) -> T:
    """Go the way that the host has. ``by_wmi`` begins with a query, which shows whether there is such a way.

    Raises IisError for a host that denies access ("Couldn't {attempted}: ..."), ConfigurationUnreadable, and what the
    ways raise.
    """
    if has_wmi(context) is not False:
        try:
            answer = by_wmi()
        except Fault as fault:
            if codes.is_access_denied(fault):
                answered = f"Couldn't {attempted}: the host answered {codes.describe_fault(fault)}."
                raise IisError(f"{answered} {codes.USE_AN_ADMINISTRATOR}") from fault
            if codes.is_no_configuration(fault):
                raise no_configuration(attempted, "the host", fault) from fault
            if has_wmi(context) or not (codes.is_missing_class(fault) or codes.is_broken_provider(fault)):
                _refuse_unreadable(context, fault)
                raise
            context.memory.keep(_HAS_WMI, thing=False)
        else:
            context.memory.keep(_HAS_WMI, thing=True)
            return answer
    return by_appcmd(appcmd_of(context))


def _refuse_unreadable(context: Context, fault: Fault) -> None:
    """Raise ConfigurationUnreadable where WMI only says that it failed, and appcmd that it is the configuration."""
    if fault.has(codes.WBEM_FAILED) or codes.is_broken_provider(fault):
        try:
            appcmd_of(context).list(Noun.SITE)
        except ConfigurationUnreadable:
            raise
        except (IisError, Fault, MalformedAnswer):
            return


def has_wmi(context: Context) -> bool | None:
    """Whether the host has root/WebAdministration; None while that isn't known."""
    known: bool | None = context.memory.recall(_HAS_WMI)
    return known


def by_appcmd_alone(context: Context) -> Context:
    """The same host for a task of its own, which never asks for root/WebAdministration."""
    alone = replace(context, memory=Memory())
    alone.memory.keep(_HAS_WMI, thing=False)
    return alone


def appcmd_of(context: Context) -> Appcmd:
    """The host's appcmd.exe, looked for once in a task."""
    appcmd: Appcmd | None = context.memory.recall(_APPCMD)
    return appcmd or context.memory.keep(_APPCMD, Appcmd(context))


def order(context: Context, path: ObjectPath, method: wmi.Method, by_appcmd: Callable[[Appcmd], None]) -> None:
    """Call a void method, or have appcmd.exe do the same where there is no WMI or the method can't be called.

    Raises Fault when the host refuses, and what appcmd raises.
    """
    if has_wmi(context):
        try:
            wmi.call(context, path, method)
        except Fault as fault:
            if not is_not_callable(fault):
                raise
            answer = codes.describe_fault(fault)
            context.operator.progress(f"The host doesn't take {method.value} ({answer}), trying appcmd.exe")
        else:
            return
    by_appcmd(appcmd_of(context))


def is_not_callable(fault: Fault) -> bool:
    """Whether a method can't be called there; an object that is missing is another matter."""
    return fault.has(*codes.NOT_CALLABLE - {errors.WSMAN_RESOURCE_NOT_FOUND})


def set_flag(
    what: str,
    value: bool,
    read: Callable[[], bool | None],
    ways: dict[str, Callable[[], None]],
) -> None:
    """Write a flag by the first way that works, and read it back after each. Raises IisError with what all said.

    ``what`` completes "Couldn't ...": "have the site 'Shop' start with its service".
    """
    answers = []
    for way, write in ways.items():
        try:
            write()
            answer = "accepted, but the value stayed as it was"
        except Fault as fault:
            answer = codes.describe_fault(fault)
        except OutcomeUnknown as unknown:
            answer = f"no answer came ({unknown})"
        except IisError as error:
            answer = error.message
        if read() is value:
            return
        answers.append(f"{way}: {answer}")
    raise IisError(f"Couldn't {what}. {'; '.join(answers)}.")
