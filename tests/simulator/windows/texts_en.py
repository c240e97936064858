# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of an English host."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYSTEM_ERRORS: Mapping[int, str] = MappingProxyType(
    {
        0: "The operation completed successfully.",
        2: "The system cannot find the file specified.",
        3: "The system cannot find the path specified.",
        5: "Access is denied.",
        13: "The data is invalid.",
        32: "The process cannot access the file because it is being used by another process.",
        53: "The network path was not found.",
        87: "The parameter is incorrect.",
        112: "There is not enough space on the disk.",
        123: "The filename, directory name, or volume label syntax is incorrect.",
        183: "Cannot create a file when that file already exists.",
        1051: "A stop control has been sent to a service that other running services are dependent on.",
        1052: "The requested control is not valid for this service.",
        1053: "The service did not respond to the start or control request in a timely fashion.",
        1056: "An instance of the service is already running.",
        1058: (
            "The service cannot be started, either because it is disabled or because it has no enabled devices "
            "associated with it."
        ),
        1060: "The specified service does not exist as an installed service.",
        1061: "The service cannot accept control messages at this time.",
        1062: "The service has not been started.",
        1066: "The service has returned a service-specific error code.",
        1067: "The process terminated unexpectedly.",
        1068: "The dependency service or group failed to start.",
        1075: "The dependency service does not exist or has been marked for deletion.",
        1077: "No attempts to start the service have been made since the last boot.",
        1115: "A system shutdown is in progress.",
        1116: "Unable to abort the system shutdown because no shutdown was in progress.",
        1191: "The system shutdown cannot be initiated because there are other users logged on to the computer.",
        1639: "Invalid command line argument. Consult the Windows Installer SDK for detailed command line help.",
    }
)

_SCM = "Service Control Manager"

EVENTS: Mapping[tuple[str, int], str] = MappingProxyType(
    {
        (_SCM, 7000): "The %1 service failed to start due to the following error: \r\n%2",
        (_SCM, 7001): (
            "The %1 service depends on the %2 service which failed to start because of the following error: \r\n%3"
        ),
        (_SCM, 7009): "Timeout (%1 milliseconds) waiting for the %2 service to connect.",
        (_SCM, 7023): "The %1 service terminated with the following error: \r\n%2",
        (_SCM, 7024): "The %1 service terminated with service-specific error %2.",
        (_SCM, 7031): (
            "The %1 service terminated unexpectedly.  It has done this %2 time(s).  The following corrective action "
            "will be taken in %3 milliseconds: %5."
        ),
        (_SCM, 7032): (
            "The Service Control Manager tried to take a corrective action (%2) after the unexpected termination of "
            "the %3 service, but this action failed with the following error: \r\n%4"
        ),
        (_SCM, 7034): "The %1 service terminated unexpectedly.  It has done this %2 time(s).",
        (_SCM, 7035): "The %1 service was successfully sent a %2 control.",
        (_SCM, 7036): "The %1 service entered the %2 state.",
        (_SCM, 7040): "The start type of the %1 service was changed from %2 to %3.",
        ("EventLog", 6005): "The Event log service was started.",
        ("EventLog", 6006): "The Event log service was stopped.",
        ("EventLog", 6008): "The previous system shutdown at %1 on %2 was unexpected.",
        ("EventLog", 6009): "Microsoft (R) Windows (R) 5.02. 3790 Service Pack 2 Uniprocessor Free.",
        ("USER32", 1074): (
            "The process %1 has initiated the %5 of computer %2 on behalf of user %7 for the following reason: %3\r\n"
            " Reason Code: %4\r\n Shutdown Type: %5\r\n Comment: %6"
        ),
    }
)

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "unknown_error": "The system cannot find message text for message number 0x%1.",
        "state.running": "running",
        "state.stopped": "stopped",
        "state.paused": "paused",
        "start_mode.boot": "boot start",
        "start_mode.system": "system start",
        "start_mode.auto": "auto start",
        "start_mode.manual": "demand start",
        "start_mode.disabled": "disabled",
        "control.start": "start",
        "control.stop": "stop",
        "control.pause": "pause",
        "control.continue": "continue",
        "shutdown.restart": "restart",
        "shutdown.off": "power off",
        "shutdown.no_reason": "No title for this reason could be found",
        "cmd.version": "Microsoft Windows [Version 5.2.3790]",
        "cmd.not_recognized": (
            "'%1' is not recognized as an internal or external command,\r\noperable program or batch file."
        ),
        "cmd.syntax": "The syntax of the command is incorrect.",
        "cmd.unexpected": "%1 was unexpected at this time.",
        "cmd.echo_is_on": "ECHO is on.",
        "cmd.not_defined": "Environment variable %1 not defined",
        "cmd.could_not_find": "Could Not Find %1",
        "cmd.already_exists": "A subdirectory or file %1 already exists.",
        "cmd.file_not_found": "File Not Found",
        "cmd.dir_head": (
            " Volume in drive C has no label.\r\n Volume Serial Number is 5C0E-A03B\r\n\r\n Directory of %1\r\n\r\n"
        ),
        "cmd.dir_tail": "%1 File(s) %2 bytes\r\n",
        "sc.success": "[SC] %1 SUCCESS",
        "sc.failed": "[SC] %1 FAILED %2:\r\n\r\n%3\r\n",
        "sc.usage": "DESCRIPTION:\r\n        SC is a command line program used for communicating with the\r\n"
        "        NT Service Controller and services.",
        "net.starting": "The %1 service is starting.",
        "net.stopping": "The %1 service is stopping.",
        "net.started": "The %1 service was started successfully.",
        "net.stopped": "The %1 service was stopped successfully.",
        "net.paused": "The %1 service was paused successfully.",
        "net.continued": "The %1 service was continued successfully.",
        "net.not_started": "The %1 service could not be started.",
        "net.not_stopped": "The %1 service could not be stopped.",
        "net.no_error": "The service did not report an error.",
        "net.system_error": "System error %1 has occurred.",
        "net.a_system_error": "A system error has occurred.",
        "net.specific_error": "A service specific error occurred: %1.",
        "net.help": "More help is available by typing NET HELPMSG %1.",
        "net.2182": "The requested service has already been started.",
        "net.2185": "The service name is invalid.",
        "net.2189": "The service is starting or stopping.  Please try again later.",
        "net.2191": "The requested pause, continue, or stop is not valid for this service.",
        "net.3521": "The %1 service is not started.",
        "net.dependents_head": (
            "The following services are dependent on the %1 service.\r\n"
            "Stopping the %1 service will also stop these services.\r\n"
        ),
        "net.continue_question": "Do you want to continue this operation? (Y/N) [N]: ",
        "net.no_valid_response": "No valid response was provided.",
        "net.these_are_started": "These Windows services are started:\r\n",
        "net.completed": "The command completed successfully.",
        "net.usage": "The syntax of this command is:\r\n\r\nNET [ START | STOP | PAUSE | CONTINUE ] [service]",
        "shutdown.code": "%1(%2)",
        "shutdown.usage": (
            'Usage: shutdown [/i | /l | /s | /r | /a] [/f] [/m \\\\computer] [/t xxx] [/c "comment"] [/d up:xx:yy]'
        ),
        "recovery.none": "No action",
        "recovery.restart": "Restart the service",
        "recovery.reboot": "Reboot the machine",
        "recovery.run_command": "Run the configured recovery program",
    }
)
