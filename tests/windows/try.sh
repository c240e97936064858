#!/usr/bin/env bash
# Copyright: (c) 2026, fleetops.iis contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Tries hosts: the probe with everything that it knows, the integration targets, what the transcripts show, the summary.
#
#   try.sh INVENTORY FOLDER [TARGET...]    FOLDER gets transcripts/, junit.xml, replay.txt, summary.md
#
# PYTHON names the Python of the development environment (.venv/bin/python). It changes the hosts: test hosts only.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: try.sh INVENTORY FOLDER [TARGET...]" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
inventory=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
shift 2
python=${PYTHON:-$root/.venv/bin/python}
export PYTHONPATH=$root/tests ANSIBLE_COLLECTIONS_PATH=$root/.stage ANSIBLE_HOME=${ANSIBLE_HOME:-$root/.cache/ansible}
cd "$root"
failed=0

"$(dirname "$python")/ansible-playbook" fleetops.iis.probe -i "$inventory" -e shell=true -e writes=true \
  -e folder="$folder/transcripts" || failed=1
"$python" -m integration --inventory "$inventory" --destructive --junit "$folder/junit.xml" "$@" || failed=1
# Differences are what the transcripts are recorded for: they fail nothing.
"$python" -m conformance replay "$folder/transcripts" > "$folder/replay.txt" 2>&1 || true
"$python" tests/windows/summary.py "$folder" > "$folder/summary.md" || failed=1
exit $failed
