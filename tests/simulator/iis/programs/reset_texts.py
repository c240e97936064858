# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What iisreset.exe prints, by language. Everything it prints comes from here.

English: KB:Q321674 (success), KB:Q268473 (no rights), public transcripts of /status and /?; the lines about
disabling and the states other than Running are ASSUMED. German: ASSUMED throughout (from memory), good for showing
that nothing may be read out of the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "attempting_stop": "Attempting stop...",
        "attempting_start": "Attempting start...",
        "attempting_reboot": "Attempting reboot...",
        "stopped": "Internet services successfully stopped",
        "started": "Internet services successfully started",
        "restarted": "Internet services successfully restarted",
        "rebooting": "Rebooting!",
        "stop_failed": "Stop attempt failed.",
        "start_failed": "Start attempt failed.",
        "restart_failed": "Restart attempt failed.",
        "reboot_failed": "Reboot attempt failed.",
        "status_failed": "Status attempt failed.",
        "enabled": "Access to IIS restart API to this machine has been enabled",
        "disabled": "Access to IIS restart API to this machine has been disabled",
        "error": "{text} ({decimal}, {hex})",
        "status": "Status for {display} ( {name} ) : {state}",
        "access_denied": (
            "Access denied, you must be an administrator of the remote computer to use this\r\n"
            "command. Either have your account added to the administrator local group of\r\n"
            "the remote computer or to the domain administrator global group."
        ),
        "bad_option": "Invalid command line option: {option}",
        "usage": (
            "IISRESET.EXE (c) Microsoft Corp. 1998-1999\r\n\r\n"
            "Usage:\r\niisreset [computername]\r\n\r\n"
            "    /RESTART            Stop and then restart all Internet services.\r\n"
            "    /START              Start all Internet services.\r\n"
            "    /STOP               Stop all Internet services.\r\n"
            "    /REBOOT             Reboot the computer.\r\n"
            "    /REBOOTONERROR      Reboot the computer if an error occurs when starting,\r\n"
            "                        stopping, or restarting Internet services.\r\n"
            "    /NOFORCE            Do not forcefully terminate Internet services if\r\n"
            "                        attempting to stop them gracefully fails.\r\n"
            "    /TIMEOUT:val        Specify the timeout value ( in seconds ) to wait for\r\n"
            "                        a successful stop of Internet services. On expiration\r\n"
            "                        of this timeout the computer can be rebooted if\r\n"
            "                        the /REBOOTONERROR parameter is specified.\r\n"
            "                        The default value is 20s for restart, 60s for stop,\r\n"
            "                        and 0s for reboot.\r\n"
            "    /STATUS             Display the status of all Internet services.\r\n"
            "    /ENABLE             Enable restarting of Internet Services\r\n"
            "                        on the local system.\r\n"
            "    /DISABLE            Disable restarting of Internet Services\r\n"
            "                        on the local system."
        ),
        "Stopped": "Stopped",
        "Start Pending": "Start Pending",
        "Stop Pending": "Stop Pending",
        "Running": "Running",
        "Continue Pending": "Continue Pending",
        "Pause Pending": "Pause Pending",
        "Paused": "Paused",
    }
)

GERMAN: Mapping[str, str] = MappingProxyType(
    {
        **ENGLISH,
        "attempting_stop": "Es wird versucht zu beenden...",
        "attempting_start": "Es wird versucht zu starten...",
        "stopped": "Internetdienste wurden erfolgreich beendet.",
        "started": "Internetdienste wurden erfolgreich gestartet.",
        "restarted": "Internetdienste wurden erfolgreich neu gestartet.",
        "stop_failed": "Fehler beim Beenden.",
        "start_failed": "Fehler beim Starten.",
        "restart_failed": "Fehler beim Neustarten.",
        "status_failed": "Fehler beim Abfragen des Status.",
        "access_denied": "Zugriff verweigert. Sie müssen Administrator des Remotecomputers sein.",
        "system 800710d5": "Das Objekt oder die Ressource ist zurzeit deaktiviert.",
        "system 8007041d": "Der Dienst antwortete nicht rechtzeitig auf die Start- oder Steuerungsanforderung.",
        "system 80070425": "Der Dienst kann zurzeit keine Steuermeldungen annehmen.",
        "status": "Status von {display} ( {name} ) : {state}",
        "Stopped": "Beendet",
        "Running": "Wird ausgeführt",
        "Paused": "Angehalten",
    }
)

_TABLES = {"en": ENGLISH, "de": GERMAN}


def reset_texts(locale: str) -> Mapping[str, str]:
    """The texts of a locale; English where there are none."""
    return _TABLES.get(locale.lower()[:2], ENGLISH)
