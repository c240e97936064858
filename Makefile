# Everything a developer needs: `make help`. Nothing is installed or cached outside this folder.
VENV   := .venv
BIN    := $(CURDIR)/$(VENV)/bin
CACHE  := $(CURDIR)/.cache
COPY   := .stage/copy/ansible_collections/fleetops/iis
STAMP  := $(VENV)/.installed

# The newest Python on PATH that the pinned tools run on (ansible-core 2.19: 3.11 to 3.13) and that can make virtual
# environments. It is looked for when an environment has to be made, and never in .venv, which is removed then.
USERS_PATH := $(subst $(BIN):,,$(PATH))
FOUND = $(shell PATH='$(USERS_PATH)'; for name in python3.13 python3.12 python3.11 python3; do \
  $$name -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null && \
  command -v $$name && break; done)
PYTHON ?= $(or $(FOUND),$(error No Python 3.11, 3.12 or 3.13 with its venv module is on PATH: install one (on Debian and Ubuntu with python3-venv), or name it with PYTHON=))

export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/tests
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.stage
export ANSIBLE_NOCOWS := 1
export LC_ALL ?= C.UTF-8

.DEFAULT_GOAL := help
.PHONY: help venv stage check style lint ansible-lint sanity unit scenarios end-to-end end-to-end-short plays plays-short fleet-rollout mixed-rollout integration faults faults-short mutants test-host try-host test matrix docs demo fleet bench bench-fleet molecule runner report-check report-tools conformance replay build publish-check release pins clean

##@ To begin with

help: ## This list
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

venv: $(STAMP) ## Make .venv with the pinned tools: [PYTHON=python3.12], the newest of 3.11 to 3.13 by default

$(STAMP): requirements-dev.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq -r requirements-dev.txt
	@touch $@

stage: venv ## Link the collection to where ansible-core finds it (.stage)
	@$(BIN)/python tools/stage.py > /dev/null

demo: stage ## Three simulated hosts with IIS 6.0 and IIS 10, the real playbooks: watch it
	@$(BIN)/python -m demo

fleet: stage ## Simulated hosts to play with, until Ctrl-C: [HOSTS=3] [SCENARIO=demo, mixed, or a file]
	@$(BIN)/python -m demo.play --hosts $(or $(HOSTS),3) --scenario "$(SCENARIO)"

##@ While you work

check: style unit ## The quick half of lint and the unit tests, in a minute: no ansible-lint, no antsibull-docs

unit: stage ## Unit tests
	$(BIN)/pytest -q -n 2 tests/unit

style: stage ## ruff, mypy --strict, the workflows (GitHub's schemas, zizmor)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --diff -q .
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(BIN)/zizmor --offline -q --strict-collection .github .pre-commit-config.yaml

##@ Before a pull request

# What keeps one processor busy runs side by side; the tests take turns, as each of them uses all there are.
test: stage ## All of this list, and unit: what .ci/run and GitHub run
	@$(MAKE) --no-print-directory --jobs 2 lint sanity
	@$(MAKE) --no-print-directory unit scenarios end-to-end-short plays-short integration faults-short
	@echo "All checks and tests passed."

# antsibull-docs 2.28 finds fault with every plugin where the name of its temporary folder happens to end with an
# underscore, which reStructuredText takes for a link: once in 37 runs. A true fault is printed twice.
DOCS_LINT = $(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all --disallow-unknown-collection-refs .

lint: style ansible-lint ## style, ansible-lint, antsibull-docs on the modules' documentation
	cd $(COPY) && { $(DOCS_LINT) || $(DOCS_LINT); }

ansible-lint: stage ## ansible-lint with the profile production, on a copy
	@$(BIN)/python tools/stage.py copy > /dev/null
	cd $(COPY) && $(BIN)/ansible-lint --offline -q

scenarios: stage ## What can go wrong on a host, with the real plugins on simulated hosts and no waiting
	$(BIN)/pytest -q -n 2 tests/scenarios

# Ansible and the hosts wait for each other much of the time: three at a time keep two processors busy.
end-to-end-short: stage ## The real ansible-playbook against simulated hosts, without variations of a case
	$(BIN)/pytest -q -n 3 --dist worksteal tests/end_to_end

integration: stage ## What each module promises, on simulated hosts (a target per module: tests/integration)
	$(BIN)/pytest -q -n 3 --dist worksteal tests/integration

plays-short: stage ## A short selection of plays (below)
	$(BIN)/pytest -q -n 3 tests/plays

faults-short: stage ## A short selection of faults (below)
	$(BIN)/pytest -q -n 2 tests/faults

sanity: venv ## ansible-test sanity, on a copy, without an ignore file, on one Python (make matrix: on all)
	@STAGE_COPY=sanity $(BIN)/python tools/sanity.py --python $$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

##@ What takes longer

end-to-end: stage ## The same and integration, with each variation of a case and on every host
	$(BIN)/pytest -q -n 3 --dist worksteal tests/end_to_end --thorough
	$(BIN)/pytest -q -n 3 --dist worksteal tests/integration --thorough

faults: stage ## Trouble at every request of everything, hostile hosts and input, secrets, odd fleets: two hours
	$(BIN)/pytest -q -n 2 tests/faults --everywhere

mutants: stage ## Mistakes in the code that keeps hosts safe, and the test that notices each
	@$(BIN)/python -m faults.mutants

matrix: stage ## Units, sanity, integration, plays on each ansible-core: [CORES="2.16 2.21"] [STEPS="units sanity"]
	@$(BIN)/python tools/matrix.py $(if $(CORES),--cores $(CORES)) $(if $(STEPS),--steps $(STEPS))

fleet-rollout: stage ## A rollout over 50 simulated hosts of which one fails its health check, with its report
	ROLLOUT_HOSTS=50 $(BIN)/pytest -q tests/end_to_end/test_rollouts.py -k large --basetemp=$(CACHE)/fleet-rollout
	@ls $(CACHE)/fleet-rollout/*/reports/rollout.html

mixed-rollout: stage ## One playbook over 60 simulated hosts with IIS 6.0 to IIS 10, with its report and what it cost
	MIXED_HOSTS=60 $(BIN)/pytest -q tests/end_to_end/test_mixed_fleets.py -k one_playbook --basetemp=$(CACHE)/mixed-rollout
	@cd $(CACHE)/mixed-rollout/*0/reports && cat costs.txt && ls $$PWD/rollout.html

ENGINES := env -u PYTHONPATH PATH=$(CURDIR)/.venv-engines/bin:$(PATH)

molecule: stage .venv-engines/.installed ## The Molecule scenarios, on simulated hosts: [SCENARIO=mixed]
	@for scenario in $(or $(SCENARIO),default fleet mixed); do \
	  cd $(CURDIR)/extensions && mkdir -p $(CACHE)/molecule/$$scenario && \
	  $(ENGINES) MOLECULE_EPHEMERAL_DIRECTORY=$(CACHE)/molecule/$$scenario molecule test -s $$scenario || exit 1; done

runner: stage .venv-engines/.installed ## The playbook through ansible-runner, and ansible-builder's context of an environment
	@$(ENGINES) python $(CURDIR)/tests/engines/run.py

.venv-engines/.installed: requirements-engines.txt
	rm -rf .venv-engines
	$(PYTHON) -m venv .venv-engines
	.venv-engines/bin/python -m pip install -qq -r requirements-engines.txt
	@touch $@

plays: stage ## Each use of the roles in each play, beside hosts in trouble: over an hour: [ONLY="isolation_mode and twice"]
	$(BIN)/pytest -q -n 3 --dist worksteal tests/plays --all-plays $(if $(ONLY),-k "$(ONLY)")

conformance: stage ## Foreign clients on simulated hosts, real answers to our client (as root, installs Debian's)
	@$(BIN)/python -m conformance

replay: stage ## Transcripts of real hosts, played to the client and held against the simulator: FOLDER=probe
	@test -n "$(FOLDER)" || { echo "Say where the transcripts are: make replay FOLDER=probe"; exit 2; }
	@$(BIN)/python -m conformance replay "$(FOLDER)"

report-check: stage ## The page of the report in headless Chromium, with axe-core and screenshots
	@PYTHONPATH=$(CURDIR)/tests:$(CURDIR)/tools:$(CURDIR)/.stage $(BIN)/python -m report_check

report-tools: ## What report-check needs beside Debian's chromium and nodejs, in .cache
	npm install --silent --no-save --prefix $(CACHE)/report-check playwright-core@1.65.1 axe-core@4.14.1

##@ On real hosts

test-host: stage ## The targets of integration: INVENTORY=… [TARGETS="iis_info …"] [DESTRUCTIVE=1 [REBOOT=1]]
	@test -n "$(INVENTORY)" || { echo "Say which hosts: make test-host INVENTORY=inventory.yml"; exit 2; }
	@$(BIN)/python -m integration --inventory "$(INVENTORY)" $(if $(DESTRUCTIVE),--destructive) $(if $(REBOOT),--reboot) $(TARGETS)

try-host: stage ## Probe, all targets, transcripts against the simulator, a summary: INVENTORY=… FOLDER=results; test hosts only
	@test -n "$(INVENTORY)" -a -n "$(FOLDER)" || { echo "Say which hosts, and where to: make try-host INVENTORY=windows.yml FOLDER=results"; exit 2; }
	@tests/windows/try.sh "$(INVENTORY)" "$(FOLDER)" $(TARGETS)

##@ To read and to measure

docs: stage ## The pages of the modules and roles, as HTML, in .cache/docs
	@rm -rf $(CACHE)/docs && mkdir -p $(CACHE)/docs/source
	$(BIN)/antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir $(CACHE)/docs/source fleetops.iis
	@cp tools/sphinx/* $(CACHE)/docs/source
	$(BIN)/sphinx-build -q -W -b html $(CACHE)/docs/source $(CACHE)/docs/html
	@ls $(CACHE)/docs/html/index.html

bench: stage .venv-bench/.installed ## What a task costs on the wire, beside ansible.windows
	@$(BIN)/python -m bench

bench-fleet: stage .venv-bench/.installed ## What runs over many hosts cost: [HOSTS="10 100 1000"] [FORKS=20] [ROUNDS=3] [ONLY=playbook]
	@$(BIN)/python -m bench.fleet $(HOSTS) $(if $(FORKS),--forks $(FORKS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only "$(ONLY)")

.venv-bench/.installed: requirements-bench.txt
	rm -rf .venv-bench
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -qq -r requirements-bench.txt
	@touch $@

##@ To release

build: venv ## Build the collection's tarball into .cache/build
	@$(BIN)/python tools/stage.py copy > /dev/null
	$(BIN)/ansible-galaxy collection build --force --output-path $(CACHE)/build $(COPY)

publish-check: venv .venv-publish/.installed ## Build it, galaxy-importer, an empty environment: [RELEASE_TAG=v1.0.0]
	@$(BIN)/python tools/publish.py .venv-publish/bin/python

.venv-publish/.installed: requirements-publish.txt
	rm -rf .venv-publish
	$(PYTHON) -m venv .venv-publish
	.venv-publish/bin/python -m pip install -qq -r requirements-publish.txt
	@touch $@

release: stage ## Make CHANGELOG.md of the fragments, for the version in galaxy.yml
	$(BIN)/antsibull-changelog release

pins: PYTHON = python3.11
pins: ## Pin requirements-dev.txt again, from requirements-dev.in
	rm -rf $(CACHE)/pins
	$(PYTHON) -m venv $(CACHE)/pins
	$(CACHE)/pins/bin/python -m pip install -qq -r requirements-dev.in
	( echo "# Made by \`make pins\` from requirements-dev.in, for Python 3.11. Nothing here is needed to use the collection."; \
	  $(CACHE)/pins/bin/python -m pip freeze ) > requirements-dev.txt

##@ To tidy up

clean: ## Remove everything that was made
	rm -rf .venv .venv-bench .venv-engines .venv-conformance .venv-publish .stage .cache .ansible collections tests/output
