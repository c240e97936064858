# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What replaces a host's own words in a transcript of the probe.

Nothing is kept but what is known to be the same on every host, or to say nothing about one: states, codes, times,
sizes, versions, the names that Windows and IIS themselves give. Everything else gets a pseudonym, the same one wherever
it occurs, so that a site's name in one answer is still that of another. All passwords get the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..iis6.kinds import KINDS
from ..iis6.provider import SHIPPED_NAMES
from ..iis7.appcmd import SHIPPED_NAMES as LATER_SHIPPED_NAMES
from ..windows.services import SERVICE_NAMES
from .reads import NOBODY
from .writes import BACKUP_NAME


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The pseudonym of every secret but those that are numbers.
SECRET = "secret"

_SECRET = re.compile(r"pass|pwd|secret|credential|private|sharedkey|pin$", re.IGNORECASE)

#: Values that don't depend on the host, whatever property they are in.
_HARMLESS = re.compile(
    r"\s*|true|false|TRUE|FALSE"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
    r"|\d{14}\.\d{6}[+-]\d{3}"
    r"|[A-Za-z]:"
    r"|P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
    r"|Version \d+\.\d+"
    r"|http://schemas\.(?:microsoft|xmlsoap|dmtf)\.(?:com|org)/[\w./*-]+"
    r"|(?:uuid:)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    re.ASCII,
)
_INTEGER = re.compile(r"-?\d{1,20}", re.ASCII)
_RESET_COMMAND = re.compile(
    r"\"?(?:%\w+%|[A-Za-z]:\\win(?:dows|nt))\\system32\\iisreset\.exe\"?(?:\s+/[\w=%]+){0,3}", re.IGNORECASE
)

#: Numbers that say how IIS is, not whose it is. Others (ports, site settings) become other numbers.
_NUMBERS = _words(
    "serverstate apppoolstate win32error exitcode servicespecificexitcode processid filesize recordnumber "
    "majoriisversionnumber minoriisversionnumber returnvalue enableeditwhilerunning enablehistory maxhistoryfiles "
    "currentconnections inboundconnectionscurrent outboundconnectionscurrent uvalue backupversion backupversionout "
    "backupflags majorversion minorversion indexin enumindex hdefkey eventcode checkpoint waithint tagid "
    "currentapplicationpoolstate codeset"
)

#: Properties whose texts are Windows' own.
_TEXTS = _words("version csdversion state startmode status servicetype errorcontrol started snames")

#: Names that Windows and IIS give, which are the same on every host.
_WORDS = frozenset(
    {name.lower() for name in SERVICE_NAMES}
    | {service.prefix.lower() for service in KINDS.values()}
    | {BACKUP_NAME, NOBODY}
    | SHIPPED_NAMES
    | LATER_SHIPPED_NAMES
    | {
        *("lm", "info", "apppools", "filters", "root", "_total", "system", "defaultapppool"),
        *("default web site", "default ftp site", "default smtp virtual server", "default nntp virtual server"),
        *("http", "https", "ftp", "net.tcp", "net.pipe", "net.msmq", "msmq.formatname", "config"),
        *("none", "components", "versionstring", "installpath"),
        *("rpcss", "samss", "eventlog", "dcom", "winmgmt", "winrm", "was"),
        *("windows", "winnt", "system32", "syswow64", "inetsrv", "inetpub", "adminscripts", "wwwroot", "ftproot"),
        *("wsmwmipl.dll", "history", "iisreset.exe", "svchost.exe"),
        *("inetinfo.exe", "lsass.exe", "w3wp.exe", "dllhost.exe"),
        *("currentcontrolset", "services", "failureactions", "failurecommand"),
        *("software", "microsoft", "inetstp", "majorversion", "minorversion"),
        *("automatic", "manual", "disabled", "cscript.exe", "ver", "iisreset", "sc", "/status", "localsystem"),
    }
)

#: Pseudonyms by the property in which a value is met first.
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(machine|systemname|csname|computername|host|hostname|server)$", re.IGNORECASE), "host-{}.example"),
    (re.compile(r"user|owner|account|startname", re.IGNORECASE), "user-{}"),
    (re.compile(r"^servercomment$", re.IGNORECASE), "Site {}"),
    (re.compile(r"^(ip|clientip|ipaddress)$", re.IGNORECASE), "192.0.2.{}"),
    (re.compile(r"^((site\.|apppool\.|backup\.)?name|backuplocation|apppoolid)$", re.IGNORECASE), "Name {}"),
)
_OTHER_KIND = "Text {}"

_ADDRESS = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])", re.ASCII)
_LITERAL = re.compile(r"(?<![A-Za-z0-9])'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_CLASS = re.compile(r"(?:Win32_|IIs|CIM_|__)\w+(?:\.Name)?", re.ASCII)
#: A switch of IIS 7's program that names an object, quoted where it has to be; a site's number in one or in a query.
_SWITCH = re.compile(r"/((?:site|apppool|backup)\.name):(.*)", re.DOTALL)
_BARE_SWITCH = re.compile(r"(?<=\s)/(?:site|apppool|backup)\.name:[^\s\"]+")
_SITE_NUMBER = re.compile(r"(?<=\s/id:)\d+|(?<=\bWHERE Id=)\d+")
_PORT = 10_000
_NUMBER = 1_000
_SHORTEST = 3


class Pseudonyms:
    """Names for one transcript; see :class:`~.._wsman.redaction.Names`.

    ``hosts`` and ``users`` are what the controller calls the host and logs on as: they are met nowhere as values, but
    may occur in texts.
    """

    def __init__(self, *, hosts: Iterable[str] = (), users: Iterable[str] = ()) -> None:
        self._known: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._sites: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        for host in hosts:
            self._learn_host(host)
        for user in users:
            for part in re.split(r"[\\@]", user):
                self._pseudonym("user", part)

    def value(self, name: str, text: str) -> str:
        """The value of a property, parameter or key of this name."""
        if _SECRET.search(name) and text.strip() and text not in ("true", "false"):
            return "0" if _INTEGER.fullmatch(text) else SECRET
        if _HARMLESS.fullmatch(text) or _CLASS.fullmatch(text):
            return text
        lower = name.lower()
        if lower in _TEXTS or (lower == "caption" and text.startswith("Microsoft")):
            return text
        if lower == "message":
            return self.words(text)
        if text.lower() in _WORDS or _RESET_COMMAND.fullmatch(text):
            return text
        if lower in ("id", "site.id") and text.isdigit():
            return self._site_number(text)
        if lower == "bindings":
            return ",".join(self._binding(each) for each in text.split(","))
        if lower == "port":
            return self._number("port " + text, _PORT)
        if _INTEGER.fullmatch(text) and lower != "servercomment":
            return text if lower in _NUMBERS else self._number(text, _NUMBER)
        if lower == "machine":
            self._learn_host(text)
        return self._path(text) or self._pseudonym(name, text)

    def words(self, text: str) -> str:
        """A text for people: what is quoted in it goes the way of values, and so does every value met before."""
        text = self.query(text)
        if self._pattern is None and self._known:
            longest_first = sorted(filter(_worth_finding, self._known), key=len, reverse=True)
            joined = "|".join(map(re.escape, longest_first))
            self._pattern = re.compile(rf"(?<!\w)(?:{joined or '(?!)'})(?!\w)", re.IGNORECASE)
        if self._pattern is not None:
            text = self._pattern.sub(lambda found: self._known.get(found.group().lower(), found.group()), text)
        return _ADDRESS.sub(lambda found: self._pseudonym("ip", found.group()), text)

    def query(self, wql: str) -> str:
        """A WQL query, or a text with object paths or a command line in it: every quoted literal is a value."""

        def literal(found: re.Match[str]) -> str:
            quote = found.group()[0]
            if switch := _SWITCH.fullmatch(found.group()[1:-1]):
                return self._switch(switch)
            text = re.sub(r"\\(.)", r"\1", found.group()[1:-1], flags=re.DOTALL)
            shown = self.value("Name", text)
            return (
                found.group()
                if shown == text
                else quote + shown.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote
            )

        wql = _SITE_NUMBER.sub(lambda found: self._site_number(found.group()), _LITERAL.sub(literal, wql))
        return _BARE_SWITCH.sub(lambda found: self._switch(_SWITCH.fullmatch(found.group())), wql)

    def _switch(self, switch: re.Match[str] | None) -> str:
        """A switch with another name, quoted as that has to be."""
        name, text = switch.groups() if switch else ("", "")
        shown = f"/{name}:{self.value(name, text)}"
        return f'"{shown}"' if " " in shown else shown

    def _binding(self, text: str) -> str:
        """A binding in a list that was printed: what it speaks is kept."""
        protocol, slash, information = text.partition("/")
        return f"{self.value('Protocol', protocol)}{slash}{self.value('BindingInformation', information)}"

    def _site_number(self, text: str) -> str:
        """IIS may make the number of a site of its name."""
        return self._sites.setdefault(text, text if text in ("0", "1") else str(len(self._sites) + 2))

    def _path(self, text: str) -> str | None:
        """A metabase key or a path, part by part; None for what is neither."""
        slashed = "/" in text and text.partition("/")[0].lower() in _WORDS
        if not slashed and "\\" not in text:
            return None
        separator = "/" if slashed else "\\"
        return separator.join(self._part(part, slashed) for part in text.split(separator))

    def _part(self, part: str, slashed: bool) -> str:
        if not part or part.lower() in _WORDS or re.fullmatch(r"[A-Za-z]:|%\w+%", part):
            return part
        if slashed and part.isdigit():
            return self._site_number(part)
        # The files of a backup have its name.
        if backup := re.fullmatch(r"(.+)(\.(?:md|sc)\d+)", part, re.IGNORECASE):
            return self._part(backup.group(1), slashed) + backup.group(2)
        return self._pseudonym("", part)

    def _number(self, text: str, base: int) -> str:
        return self._numbers.setdefault(text, str(base + len(self._numbers) + 1))

    def _learn_host(self, host: str) -> None:
        """A host's name is met with its domain and without."""
        if not host or _ADDRESS.fullmatch(host):
            self._pseudonym("ip", host)
            return
        self._pseudonym("host", host)
        first, _dot, domain = host.partition(".")
        self._pseudonym("host", first)
        self._pseudonym("host", domain)

    def _pseudonym(self, name: str, text: str) -> str:
        if not text.strip() or text.lower() in _WORDS:
            return text
        if text.lower() not in self._known:
            kind = next((kind for pattern, kind in _KINDS if pattern.search(name)), _OTHER_KIND)
            self._known[text.lower()] = kind.format(len(self._known) + 1)
            self._pattern = None
        return self._known[text.lower()]


def _worth_finding(text: str) -> bool:
    return len(text) >= _SHORTEST and not _INTEGER.fullmatch(text)
