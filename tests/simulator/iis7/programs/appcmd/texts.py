# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What appcmd prints in words, by language.

English: public outputs. German: ASSUMED throughout (from memory), good for showing that nothing may be read out of the
texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "started": '"{name}" successfully started.',
        "stopped": '"{name}" successfully stopped.',
        "recycled": '"{name}" successfully recycled',
        "added": '{tag} object "{name}" added',
        "changed": '{tag} object "{name}" changed',
        "deleted": '{tag} object "{name}" deleted',
        "restored": 'Restored configuration from backup "{name}"',
        "applied": (
            'Applied configuration changes to section "{section}" for "MACHINE/WEBROOT/APPHOST" at configuration '
            'commit path "MACHINE/WEBROOT/APPHOST"'
        ),
        "missing": 'Cannot find {tag} object with identifier "{name}".',
        "already_stopped": 'The {tag} "{name}" is already stopped.',
        "execution_failed": "Command execution failed.",
        "commit_failed": "Failed to commit configuration changes. ",
        "item_failed": "Failed to generate item output.",
        "was_down": "The WAS service is not available - try starting the service first.",
        "not_permitted": (
            "Configuration error\r\nFilename: redirection.config\r\nLine Number: 0\r\n"
            "Description: Cannot read configuration file due to insufficient permissions\r\n."
        ),
        "malformed": (
            "Configuration error\r\nFilename: \\\\?\\C:\\Windows\\system32\\inetsrv\\config\\{file}\r\n"
            "Line Number: {line}\r\nDescription: Configuration file is not well-formed XML\r\n."
        ),
        "unknown_attribute": 'Unknown attribute "{name}".  Replace with -? for help.',
        "unknown_section": 'Unknown config section "{name}".  Replace with ? for help.',
        "unknown_object": "Object '{name}' is not supported.  Run 'appcmd.exe /?' to display supported objects.",
        "unknown_command": "Command '{name}' is not supported on object '{tag}'.  Run 'appcmd.exe {tag} /?' to display "
        "supported commands.",
        "element_missing": "Cannot find requested collection element.",
        "duplicate": 'Failed to add duplicate collection element "{name}".',
        "no_identifier": "Must specify the {tag} object identifier with this command.",
        "backup_exists": 'Backup with name "{name}" already exists.',
        "system 0000000d": "The data is invalid.",
        "system 00000020": "The process cannot access the file because it is being used by another process.",
        "system 00000005": "Access is denied.",
        "system 00000070": "There is not enough space on the disk.",
        "system 0000007a": "The data area passed to a system call is too small.",
        "system 000000b7": "Cannot create a file when that file already exists.",
        "system 00000420": "An instance of the service is already running.",
        "system 00000425": "The service cannot accept control messages at this time.",
        "system 00000426": "The service has not been started.",
        "system 00000490": "Element not found.",
        "system 000006be": "The remote procedure call failed.",
        "system 000010d8": "The object identifier does not represent a valid object.",
        "system 80004001": "Not implemented",
    }
)

GERMAN: Mapping[str, str] = MappingProxyType(
    {
        **ENGLISH,
        "started": '"{name}" wurde erfolgreich gestartet.',
        "stopped": '"{name}" wurde erfolgreich beendet.',
        "recycled": '"{name}" wurde erfolgreich wiederverwendet.',
        "added": '{tag}-Objekt "{name}" wurde hinzugefügt.',
        "changed": '{tag}-Objekt "{name}" wurde geändert.',
        "deleted": '{tag}-Objekt "{name}" wurde gelöscht.',
        "restored": 'Die Konfiguration wurde aus der Sicherung "{name}" wiederhergestellt.',
        "missing": 'Das {tag}-Objekt mit dem Bezeichner "{name}" wurde nicht gefunden.',
        "already_stopped": 'Das {tag}-Objekt "{name}" wurde bereits beendet.',
        "execution_failed": "Fehler beim Ausführen des Befehls.",
        "commit_failed": "Fehler beim Übernehmen der Konfigurationsänderungen. ",
        "was_down": "Der WAS-Dienst ist nicht verfügbar. Starten Sie zuerst den Dienst.",
        "not_permitted": (
            "Konfigurationsfehler\r\nDateiname: redirection.config\r\nZeilennummer: 0\r\n"
            "Beschreibung: Die Konfigurationsdatei kann aufgrund unzureichender Berechtigungen nicht gelesen werden."
            "\r\n."
        ),
        "malformed": (
            "Konfigurationsfehler\r\nDateiname: \\\\?\\C:\\Windows\\system32\\inetsrv\\config\\{file}\r\n"
            "Zeilennummer: {line}\r\nBeschreibung: Die Konfigurationsdatei ist kein wohlgeformtes XML\r\n."
        ),
        "system 00000020": "Der Prozess kann nicht auf die Datei zugreifen, da sie von einem anderen Prozess "
        "verwendet wird.",
        "system 000000b7": "Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.",
        "system 00000425": "Der Dienst kann zurzeit keine Steuermeldungen annehmen.",
        "system 00000426": "Der Dienst wurde nicht gestartet.",
        "system 000006be": "Der Remoteprozeduraufruf ist fehlgeschlagen.",
        "system 000010d8": "Der Objektbezeichner steht nicht für ein gültiges Objekt.",
    }
)

_TABLES = {"en": ENGLISH, "de": GERMAN}


def texts_of(language: str) -> Mapping[str, str]:
    """The texts of a language; English where there are none."""
    return _TABLES.get(language.lower()[:2], ENGLISH)
