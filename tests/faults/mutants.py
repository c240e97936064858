# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants of the code that keeps hosts safe: each is a mistake that somebody could make, and is killed by a test.

``python -m faults.mutants`` applies them, one after the other, to a copy of the repository, runs the test that is named
for each, and prints which were killed. It fails when one survives, or doesn't apply to the code any more.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("plugins", "roles")
TESTS = ("tests",)
_LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv*", ".stage", ".cache", "__pycache__", ".ansible", "output")


@dataclass(frozen=True)
class Mutant:
    """One mistake: ``old``, which occurs once in all that ships, becomes ``new``, and the test of this name fails."""

    name: str
    old: str
    new: str
    test: str

    def place(self, root: Path) -> Path:
        """Find the file. Raises ValueError when the code isn't as the mutant knows it."""
        return _only(
            self.name, f"what is {self.old!r}", [path for path, text in _texts(root, SHIPPED) if self.old in text]
        )

    def test_in(self, root: Path) -> str:
        """Find the test, as pytest names it."""
        mark = f"def {self.test}("
        path = _only(self.name, self.test, [path for path, text in _texts(root, TESTS) if mark in text])
        return f"{path.relative_to(root).as_posix()}::{self.test}"

    @contextmanager
    def made_in(self, root: Path) -> Iterator[None]:
        """Make the mistake, and take it back."""
        path = self.place(root)
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {path.name} has {text.count(self.old)} times {self.old!r}")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def _texts(root: Path, folders: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".yml") and path.is_file():
                yield path, path.read_text(encoding="utf-8")


def _only(name: str, what: str, found: Sequence[Path]) -> Path:
    if len(found) != 1:
        raise ValueError(f"{name}: {len(found)} files have {what}")
    return found[0]


MUTANTS: Sequence[Mutant] = (
    Mutant(
        "save skipped before a stop",
        "            if save_timeout is not None:\n",
        "            if save_timeout is not None and drain:\n",
        "test_our_restart_refuses_to_lose_it_and_saves_it_once_the_cause_is_gone",
    ),
    Mutant(
        "what runs not noted before it is stopped",
        "            note_outage(self._context, stops=self.report.stops, services=back, sites=sites)\n",
        "",
        "test_a_service_that_does_not_start_by_itself_is_brought_back_by_the_next_run",
    ),
    Mutant(
        "a note of what ran that never ends",
        "        forget(self._context, services=self.report.runs.union(services))\n",
        "",
        "test_a_run_that_ends_well_leaves_nothing_to_be_known",
    ),
    Mutant(
        "a failed save taken for done",
        '            raise IisError(\n                f"{assumed(self._context).keeper.not_saved}',
        '            return\n            raise IisError(\n                f"{assumed(self._context).keeper.not_saved}',
        "test_if_the_save_fails_nothing_is_stopped",
    ),
    Mutant(
        "event 51228 ignored",
        "        if failures:\n            raise self._failed(\n",
        "        if False:\n            raise self._failed(\n",
        "test_a_full_disk_that_only_the_event_log_reports_fails_at_once",
    ),
    Mutant(
        "a stale file overlooked when there is nothing new",
        "        if older:",
        "        if False:",
        "test_a_stale_file_is_a_failure_even_when_there_is_nothing_new_to_save",
    ),
    Mutant(
        "a save whose answer was lost taken for done",
        "            return self._look()\n",
        "            return True\n",
        "test_a_lost_request_is_sent_again",
    ),
    Mutant(
        "a failed save of a former process held against IISADMIN",
        "it.logged_at is None or it.logged_at > began)",
        "it.logged_at is None or began)",
        "test_a_failure_that_is_older_than_iisadmin_or_the_boot_says_nothing",
    ),
    Mutant(
        "an edit that IIS rejected left for the next start",
        "        if rejected:\n            raise self._failed(",
        "        if False:\n            raise self._failed(",
        "test_a_rejected_edit_that_nothing_overwrites_is_a_failure",
    ),
    Mutant(
        "HTTP SSL in its old process taken for restarted",
        "        seen = {W3SVC: self.running, HTTPFILTER: self.http_ssl}",
        "        seen = {W3SVC: self.running}",
        "test_http_ssl_that_stayed_where_it_was_is_named",
    ),
    Mutant(
        "a changing request repeated after a lost answer",
        "        except AnswerLost as error:\n            self.reset()\n",
        "        except AnswerLost as error:\n            self.reset()\n            return self.ask(envelope)\n",
        "test_a_lost_change_is_never_repeated",
    ),
    Mutant(
        "an operation timeout of a change taken for a refusal",
        "            if not fault.has(WSMAN_OPERATION_TIMEDOUT):\n                raise\n            raise Outcome",
        "            raise\n            raise Outcome",
        "test_a_change_that_the_host_did_not_finish_in_time_is_unknown",
    ),
    Mutant(
        "NOFORCE dropped",
        '    if verb != "/START" and not force:',
        '    if verb != "/START" and force:',
        "test_a_restart_of_all_is_iisreset_without_force_and_with_the_timeout",
    ),
    Mutant(
        "services stopped before their dependents",
        "            wave = sorted(key for key in left if not self.with_dependents([key]) & left - {key})",
        "            wave = sorted(key for key in left if not self.with_antecedents([key]) & left - {key})",
        "test_restarting_iisadmin_stops_dependents_first_and_starts_what_ran",
    ),
    Mutant(
        "sites left paused when a stop fails",
        "            if not is_well:\n                self.outage.release()",
        "            if is_well:\n                self.outage.release()",
        "test_a_host_that_refuses_to_tell_after_a_drain_is_left_with_no_site_paused",
    ),
    Mutant(
        "sites left paused when a drain gives up",
        '            words = f"{failure.message} {self.call_off()}".rstrip()',
        "            words = failure.message",
        "test_a_drain_that_gives_up_stops_nothing_and_leaves_no_site_paused",
    ),
    Mutant(
        "services not verified after iisreset",
        "        self.scm.start_again(self.plan.runs)\n        if not restarted:",
        "        if not restarted:",
        "test_a_service_that_iisreset_fails_to_start_is_started_after_it",
    ),
    Mutant(
        "iisreset believed that it restarted",
        "        restarted = not restarts or self._was_restarted(run)",
        "        restarted = not restarts or run.exit_code is None or run.succeeded",
        "test_a_connection_cut_during_iisreset_ends_in_a_restart_or_in_the_truth",
    ),
    Mutant(
        "sites not verified after a restart",
        "        return list(now.troubles)",
        "        return []",
        "test_a_site_that_does_not_come_back_is_a_failure_that_names_it",
    ),
    Mutant(
        "an isolation mode that died before its restart taken for done",
        "changed=must_write or bool(after.services_to_restart),",
        "changed=must_write,",
        "test_a_run_that_died_before_the_restart_is_changed_again",
    ),
    Mutant(
        "a service that can't be started again is stopped",
        "            elif self.mode(key) is StartMode.DISABLED and self.goes_up(key, stopped_first):",
        "            elif self.mode(key) is StartMode.DISABLED and key not in stopped_first:",
        "test_a_running_service_that_is_disabled_is_not_stopped_as_it_could_not_be_started_again",
    ),
    Mutant(
        "IISReset not asked whether it is disabled",
        "    if is_enabled(context):\n        return True\n    effects",
        "    if context:\n        return True\n    effects",
        "test_iisreset_disabled_fails_before_anything_is_touched_and_says_what_to_do",
    ),
    Mutant(
        "a name not quoted in WQL",
        '    escaped = text.replace("\\\\", "\\\\\\\\").replace("\'", "\\\\\'")',
        "    escaped = text",
        "test_an_awkward_name_finds_its_site_and_no_other",
    ),
    Mutant(
        "percent signs let through to cmd.exe",
        '    if line.count("%") > 1:',
        '    if line.count("%") > 2:',
        "test_what_cannot_be_said_is_refused",
    ),
    Mutant(
        "a clear answer to a sealed message believed",
        "    elif clear and response.status_code == 200:",
        "    elif clear and response.status_code == 201:",
        "test_an_answer_in_clear_to_a_sealed_message_is_not_believed",
    ),
    Mutant(
        "a failure silent about what it had asked for",
        "            self.ledger.trouble()\n",
        "",
        "test_a_failure_after_a_change_names_the_change",
    ),
    Mutant(
        "services left down by a host that is busy for a moment",
        "        except Fault as fault:\n            if deadline.left <= 0:",
        "        except Fault as fault:\n            if deadline:",
        "test_a_host_that_is_busy_while_services_are_down_is_asked_again",
    ),
    Mutant(
        "passwords left in what a host repeats",
        "        shown: dict[str, Any] = remove_values(result, secrets)",
        "        shown: dict[str, Any] = remove_values(result, set())",
        "test_a_password_is_shown_nowhere",
    ),
    Mutant(
        "an import upwards",
        "@dataclass(frozen=True)\nclass System:\n",
        "from ..outage import sessions  # noqa\n\n\n@dataclass(frozen=True)\nclass System:\n",
        "test_every_wing_imports_only_what_it_may_see",
    ),
    Mutant(
        "a pool that IIS stops after its recycling taken for well",
        '    if now is not PoolState.STARTED:\n        words = f"is',
        '    if now is None:\n        words = f"is',
        "test_a_recycling_that_leaves_the_pool_stopped_is_a_failure",
    ),
    Mutant(
        "sites paused for draining without a note",
        "        note_pause(self._context, [change.site.key for change in started])\n",
        "",
        "test_sites_that_an_interrupted_drain_paused_are_continued",
    ),
    Mutant(
        "a restart of one service forgets what is down beside it",
        "self.report.runs.union(services)",
        "self.report.services",
        "test_a_restart_of_another_service_forgets_nothing",
    ),
    Mutant(
        "what a proxy answers taken for the host's word",
        "    return AnswerLost(words) if status in _OF_A_PROXY else HostUnreachable(words)",
        "    return HostUnreachable(words)",
        "test_a_connection_cut_during_iisreset_ends_in_a_restart_or_in_the_truth",
    ),
    Mutant(
        "a mode that is in memory alone taken for done",
        "self.is_in_effect and not self.interrupted and not self.note.unsaved",
        "self.is_in_effect and not self.interrupted",
        "test_a_mode_that_is_not_saved_is_something_to_do",
    ),
    Mutant(
        "a role whose handler was switched off resets nothing",
        "    - isolation_mode_reset.changed is not defined or isolation_mode_reset is skipped\n",
        "    - false\n",
        "test_a_handler_that_another_entry_of_the_role_switches_off_is_made_up_for",
    ),
    Mutant(
        "a refusal of the role that ignore_errors passes over",
        "  register: isolation_mode_preflight\n  ignore_errors: false\n",
        "  register: isolation_mode_preflight\n",
        "test_a_refusal_cannot_be_ignored",
    ),
    Mutant(
        "a host that the load balancer didn't let go stays out of it",
        "{{ isolation_mode_set is skipped or (isolation_mode_set is failed",
        "{{ (isolation_mode_set is failed",
        "test_a_host_that_could_not_be_taken_out_is_returned_untouched",
    ),
    Mutant(
        "a handler of the hook that runs between the change and the reset",
        "- name: Run the handlers that the hook has notified\n  ansible.builtin.meta: flush_handlers\n",
        "",
        "test_a_handler_that_the_hook_notified_fails_before_anything_is_touched",
    ),
    Mutant(
        "a host whose reset fails takes the rest of its batch along",
        "  register: isolation_mode_reset\n  ignore_errors: true\n",
        "  register: isolation_mode_reset\n",
        "test_a_save_that_fails_leaves_no_other_host_out_of_the_load_balancer",
    ),
    Mutant(
        "a newer IIS taken for the oldest",
        "if dialect.since <= major]",
        "if dialect.since <= DIALECTS[0].since]",
        "test_a_missing_namespace_is_asked_for_once_then_the_iis_that_is_there",
    ),
    Mutant(
        "a state that isn't known taken for settled",
        "        return self in (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED)\n",
        "        return self in (SiteState.STARTED, SiteState.STOPPED, SiteState.PAUSED, SiteState.UNKNOWN)\n",
        "test_a_state_that_is_not_known_yet_is_waited_for_and_not_taken_for_stopped",
    ),
    Mutant(
        "what only one IIS has named by everybody",
        'raise IisError(f"{server.name} {server.has} no sites of the kind',
        'raise IisError(f"{server.name} has no IIsWebServer of the kind',
        "test_what_one_iis_has_is_named_in_its_wing_only",
    ),
    Mutant(
        "a word that isn't a state taken for stopped",
        '(word or "").upper(), State.UNKNOWN)',
        '(word or "").upper(), State.STOPPED)',
        "test_a_word_that_is_not_appcmds_is_unknown",
    ),
    Mutant(
        "the Web half of a site stopped for its FTP half",
        "    if state not in (None, State.UNKNOWN):\n",
        "    if state is None:\n",
        "test_a_provider_that_does_not_know_protocols_never_stops_the_web_half",
    ),
    Mutant(
        "a recycling believed without a new worker process",
        "if now[name] and now[name] <= ids]",
        "if now[name] and not ids]",
        "test_a_recycling_that_replaces_nothing_is_a_failure",
    ),
    Mutant(
        "a pool that ran left stopped by a restart",
        "if not patiently(self._context, deadline, runs):",
        "if not runs:",
        "test_pools_that_ran_run_again_and_their_flags_are_as_before",
    ),
    Mutant(
        "a site that ran left stopped by a restart",
        "    if now.troubles or not missing(expected, now.sites):\n        return now\n",
        "    if now:\n        return now\n",
        "test_sites_that_ran_run_again_and_their_flags_are_as_before",
    ),
    Mutant(
        "a site stopped for the moment only where it is to last",
        "return site.auto_start if options.lasting is False else options.flag_of_state",
        "return site.auto_start",
        "test_a_site_that_is_stopped_for_the_moment_is_stopped_for_good",
    ),
    Mutant(
        "a pool stopped for the moment only where it is to last",
        'return pool.auto_start if lasting is False else state == "started"',
        "return pool.auto_start",
        "test_a_pool_that_is_stopped_for_the_moment_is_stopped_for_good",
    ),
    Mutant(
        "a flag not read back after it was written",
        "        if read() is value:\n            return\n        answers.append(",
        "        if way:\n            return\n        answers.append(",
        "test_a_setting_that_does_not_hold_is_a_failure",
    ),
    Mutant(
        "a number that isn't documented taken for stopped",
        "if number in {state.value for state in State} else State.UNKNOWN",
        "if number in {state.value for state in State} else State.STOPPED",
        "test_a_state_that_is_not_documented_is_unknown",
    ),
    Mutant(
        "the proof of a recycling left out",
        "    if any(before.values()):\n        try:\n",
        "    if not any(before.values()):\n        try:\n",
        "test_a_recycling_that_replaces_nothing_is_a_failure",
    ),
    Mutant(
        "worker processes that show no pool taken for none",
        "        if found is None:\n            hidden.add(process_id)\n",
        "        if found is None:\n            continue\n",
        "test_worker_processes_that_cannot_be_told_apart_prove_nothing_so_nothing_is_done",
    ),
    Mutant(
        "appcmd without an answer taken for a list of nothing",
        "        if not result.stdout.strip() and result.exit_code in _NOTHING_FOUND and not result.stderr.strip():\n",
        "        if not result.stdout.strip():\n",
        "test_what_is_no_list_is_not_taken_for_one",
    ),
    Mutant(
        "a name not quoted for a program",
        "    return f'\"{argument}{chr(92) * backslashes}\"'",
        "    return argument + chr(92) * backslashes",
        "test_names_are_quoted_as_a_whole",
    ),
    Mutant(
        "a token without rights taken for a missing object",
        "        if _PROTECTED_FILE in result.stdout:\n",
        "        if _PROTECTED_FILE in result.stderr:\n",
        "test_an_account_without_an_elevated_token_is_recognised_by_the_file_it_may_not_read",
    ),
    Mutant(
        "a backup replaced without being asked to",
        "    if before and not new.overwrite:\n",
        "    if before and new.overwrite is None:\n",
        "test_one_is_replaced_only_where_that_is_asked_for",
    ),
    Mutant(
        "a restore that wrote nothing taken for one that did",
        "        return self._look() != self._before\n",
        "        return bool(self._look())\n",
        "test_a_restore_whose_answer_was_lost_shows_in_the_file_or_failed",
    ),
    Mutant(
        "the classes of IIS 6 on a later Windows taken for IIS 6",
        "    if is_later and context.memory",
        "    if not is_later and context.memory",
        "test_beside_the_classes_of_iis_6_backups_are_those_of_appcmd",
    ),
    Mutant(
        "a registry that can't be read taken for one without IIS",
        "            raise missing from fault\n        if found is server",
        "            raise IisError('It has none.') from fault\n        if found is server",
        "test_a_registry_that_may_not_be_read_is_why_the_iis_that_is_there_was_not_found",
    ),
)


@contextmanager
def copy_of_repository() -> Iterator[Path]:
    """A copy of the working tree, to be spoilt."""
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        root = Path(folder) / "iis"
        shutil.copytree(ROOT, root, ignore=_LEFT_BEHIND, symlinks=True)
        yield root


def passes(root: Path, *tests: str) -> bool:
    """Whether tests pass in a copy. Raises RuntimeError when they can't be run at all."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *tests],
        cwd=root, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(tests)} can't be run:\n{done.stdout}{done.stderr}")
    return done.returncode == 0


def main() -> int:
    """Try the mutants, all of them or those whose names contain a word."""
    parser = argparse.ArgumentParser(description="Try mutants of the code that keeps hosts safe.")
    parser.add_argument("word", nargs="?", default="", help="only mutants with this in their name")
    word = parser.parse_args().word
    chosen = [mutant for mutant in MUTANTS if word in mutant.name]
    survivors = 0
    with copy_of_repository() as root:
        if not passes(root, *dict.fromkeys(mutant.test_in(root) for mutant in chosen)):
            print("The tests fail without any mutant.", file=sys.stderr)
            return 2
        for mutant in chosen:
            test = mutant.test_in(root)
            with mutant.made_in(root):
                survived = passes(root, test)
            survivors += survived
            verdict = "SURVIVED" if survived else "killed"
            print(f"{verdict:9} {mutant.name:62} {test.rpartition('/')[2]}", flush=True)
    print(f"{len(chosen)} mutants, {len(chosen) - survivors} killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
