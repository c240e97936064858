# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""appcmd.exe, which every IIS 7 and later has: lists as XML, orders, and what its exit codes mean.

Its texts are localised, so nothing is concluded from them but the HRESULT that it prints and the name of a file. Its
exit code is ``hr & 0xFFFF`` of an HRESULT 0x8007xxxx, else the whole HRESULT. Errors are printed to stdout.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from ..._wsman.errors import Fault, OutcomeUnknown, canonical
from ..._wsman.printed_xml import read_items
from ..._wsman.values import CommandResult
from .. import codes
from ..context import Context
from ..outcome import IisError
from ..server import ConfigurationUnreadable
from ..windows.programs import NoShell
from ..windows.services import ServiceState, read_services
from .features import read_install_path

#: Names that setup gives, which are the same on every host.
SHIPPED_NAMES = frozenset({"appcmd.exe", "applicationhost.config"})

#: Seconds that a list may take at most; appcmd starts in one, and works for less.
QUICK = 60.0
#: Seconds that an order is given at least, however little is left of a time-out.
LEAST = 15.0

#: appcmd lost its connection to WAS, which was restarting (RPC_S_CALL_FAILED, RPC_E_SERVER_DIED): a second later the
#: same list works.
_LOST_WAS = (0x800706BE, 0x80010006)
_PAUSE = 1.0

#: ERROR_NOT_FOUND: there is no such object, or an account without an elevated token may not read a file.
_NOT_FOUND = 1168
#: Exit codes of a list that finds nothing, beside an empty output.
_NOTHING_FOUND = frozenset({1, _NOT_FOUND})
#: ERROR_NOT_SUPPORTED: WAS isn't there for appcmd, because it is down, or because the token isn't elevated.
_NO_WAS = 50
#: The first file that an account without an elevated token can't read.
_PROTECTED_FILE = "redirection.config"

#: A file of the configuration that couldn't be read, and the number of the line at which it isn't valid; 0: it couldn't
#: be opened. "Filename: ", "Line Number: " and what follows are localised.
_UNREADABLE = re.compile(
    r"^[^:\uFF1A\r\n]*[:\uFF1A][^\S\r\n]*(?P<file>\S[^\r\n]*\.config)[^\S\r\n]*\r?\n[^\r\n]*?(?P<line>\d+)[^\S\r\n]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)
_ERROR = re.compile(r"^ERROR\s*\(", re.MULTILINE)
_PRINTED_CODE = re.compile(r"^ERROR\s*\(\s*hresult:([0-9a-fA-F]{8})\b", re.MULTILINE)

_ELEVATE = (
    f"The account's token isn't elevated on the host, so IIS can't be managed with it. {codes.USE_AN_ELEVATED_ACCOUNT}"
)


class Noun(enum.Enum):
    """What appcmd lists and changes. The value is its word, and the name of the element in its XML in lower case."""

    SITE = "site"
    POOL = "apppool"
    BACKUP = "backup"

    @property
    def identifier(self) -> str:
        """The attribute that names one, on the command line and, in capitals, in the XML."""
        return f"{self.value}.name"


class Verb(enum.Enum):
    """What appcmd does to an object."""

    START = "start"
    STOP = "stop"
    RECYCLE = "recycle"
    SET = "set"
    ADD = "add"
    DELETE = "delete"
    RESTORE = "restore"


class NotElevated(IisError):
    """The account may log on, but isn't an administrator where it counts."""

    def __init__(self, attempted: str, answer: str) -> None:
        super().__init__(f"Couldn't {attempted}: {answer}. {_ELEVATE}")


class CannotBePassed(IisError):
    """A name that no command line can say."""


class Appcmd:
    """appcmd.exe of one host, looked for when it is first needed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._folder: str | None = None

    def list(self, noun: Noun, **conditions: str) -> list[dict[str, str]]:
        """List the objects that meet all conditions, each with its attributes as appcmd names them (``SITE.NAME``).

        Conditions are attributes, with ``_`` for a dot: ``site_name="Shop"``, ``serverAutoStart="true"``. Raises
        IisError when the host doesn't let them be listed, or when one can't be passed; ConfigurationUnreadable.
        """
        attempted = f"list the {_PLURALS[noun]}"
        switches = [f"/{name.replace('_', '.')}:{value}" for name, value in conditions.items()]
        result = self._read(attempted, "list", noun.value, *switches, "/xml")
        if conditions and _names_nothing(noun, result):
            return []
        if _ERROR.search(result.stdout):
            # Objects before the error may have been printed: a list that broke off says nothing of what is missing.
            raise self._refused(attempted, result)
        if not result.stdout.strip() and result.exit_code in _NOTHING_FOUND and not result.stderr.strip():
            return []
        if result.exit_code not in (0, *_NOTHING_FOUND) or result.stderr.strip():
            raise self._refused(attempted, result)
        return read_items(result.stdout, "appcmd", noun.value.upper())

    def order(
        self, verb: Verb, noun: Noun, name: str, settings: Mapping[str, str] | None = None, *, timeout: float
    ) -> None:
        """Do something to the object of that name, for at most ``timeout`` seconds.

        Raises Fault with appcmd's code when it refused, OutcomeUnknown when its end wasn't seen, NotElevated, NoShell,
        and ValueError for what can't be passed.
        """
        attempted = f"{verb.value} the {_NOUNS[noun]} '{name}'"
        switches = [f"/{key}:{value}" for key, value in (settings or {}).items()]
        result = self._run(attempted, verb.value, noun.value, f"/{noun.identifier}:{name}", *switches, timeout=timeout)
        if result.exit_code or _ERROR.search(result.stdout):
            raise self._fault(attempted, result)

    def _read(self, attempted: str, *words: str) -> CommandResult:
        for is_last in (False, True):
            try:
                result = self._run(attempted, *words, timeout=QUICK)
            except OutcomeUnknown as unknown:
                if is_last:
                    raise IisError(f"Couldn't {attempted}: {unknown}.") from unknown
                continue
            if result.output_complete and not (result.exit_code and _code(result) in _LOST_WAS):
                return result
            if is_last:
                break
            self._context.clock.sleep(_PAUSE)
        if not result.output_complete:
            raise IisError(f"Couldn't {attempted}: a part of what appcmd.exe printed was lost on the way, twice.")
        return result

    def _run(self, attempted: str, *words: str, timeout: float) -> CommandResult:
        folder = self._locate()
        try:
            return self._context.host.run(f"{folder}\\appcmd.exe", *words, timeout=timeout)
        except Fault as fault:
            raise NoShell("appcmd.exe", fault) from fault
        except ValueError as unquotable:
            raise CannotBePassed(
                f"Couldn't {attempted}: it can't be passed to appcmd.exe ({unquotable})."
            ) from unquotable

    def _locate(self) -> str:
        if self._folder is None:
            self._folder = read_install_path(self._context)
        if self._folder is None:
            raise IisError(
                "IIS 7 or later isn't installed on this host: the registry has no InstallPath in "
                "HKLM\\SOFTWARE\\Microsoft\\InetStp."
            )
        return self._folder.rstrip("\\")

    def _refused(self, attempted: str, result: CommandResult) -> IisError:
        if _is_unreadable(result):
            return no_configuration(attempted, "appcmd.exe", Fault(_words(result), codes=[_code(result)]))
        try:
            fault = self._fault(attempted, result)
        except IisError as error:
            return error
        return IisError(f"Couldn't {attempted}: appcmd.exe answered {codes.describe_fault(fault)}.")

    def _fault(self, attempted: str, result: CommandResult) -> Fault:
        """What appcmd answered, as a refusal. Raises NotElevated, and IisError where WAS is down."""
        code = _code(result)
        fault = Fault(_words(result), codes=[code])
        answer = f"appcmd.exe answered {codes.describe_fault(fault)}"
        if _PROTECTED_FILE in result.stdout:
            raise NotElevated(attempted, answer)
        if canonical(code) == _NO_WAS:
            problem = was_problem(self._context)
            if problem:
                raise IisError(f"Couldn't {attempted}: {problem}")
            raise NotElevated(attempted, f"{answer}, but WAS is running")
        return fault


def no_configuration(attempted: str, who: str, fault: Fault) -> ConfigurationUnreadable:
    """The failure of a read that met a configuration that can't be read; ``who`` answered so."""
    return ConfigurationUnreadable(
        f"Couldn't {attempted}: {who} answered {codes.describe_fault(fault)}. The configuration of IIS can't be read. "
        f"{codes.mend_configuration(fault)}"
    )


def was_problem(context: Context) -> str | None:
    """Why WAS can't be asked of states, and what to do, or None when it runs."""
    was = read_services(context, ["WAS"]).get("was")
    if was is None:
        return "the service WAS isn't installed on this host."
    if was.state is ServiceState.STARTED:
        return None
    return (
        f"the service WAS, which knows the states of sites and application pools, isn't running ({was.state}, start "
        f"mode {was.start_mode}). Start it first: fleetops.iis.iis_service with name=w3svc state=started."
    )


def _names_nothing(noun: Noun, result: CommandResult) -> bool:
    """Whether a list has nothing but the error of an object that isn't there, as an order about one has (1168)."""
    return (
        _ERROR.search(result.stdout) is not None
        and canonical(_code(result)) == _NOT_FOUND
        and _PROTECTED_FILE not in result.stdout
        and not _UNREADABLE.search(result.stdout)
        and f"<{noun.value.upper()} " not in result.stdout
    )


def _is_unreadable(result: CommandResult) -> bool:
    """Whether a list met a configuration that can't be read: by the code, or by the line at which a file isn't valid.

    Which exit code that has isn't certain: a file that may not be read has 1168.
    """
    if not _ERROR.search(result.stdout):
        return False
    found = _UNREADABLE.search(result.stdout)
    is_invalid = found is not None and int(found["line"]) > 0
    return is_invalid or codes.is_no_configuration(Fault("", codes=[_code(result)]))


def _code(result: CommandResult) -> int:
    """The HRESULT that was printed, else that of the exit code."""
    found = _PRINTED_CODE.search(result.stdout)
    return int(found[1], 16) if found else codes.hresult(result.exit_code)


def _words(result: CommandResult) -> str:
    text = " ".join(f"{result.stdout}\n{result.stderr}".split())
    return f"exit code {result.exit_code}" + (f', it printed "{text}"' if text else "")


_NOUNS = {Noun.SITE: "site", Noun.POOL: "application pool", Noun.BACKUP: "backup"}
_PLURALS = {
    Noun.SITE: "sites",
    Noun.POOL: "application pools",
    Noun.BACKUP: "backups",
}
