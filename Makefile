# Everything a developer needs: `make help`. Nothing is installed or cached outside this folder.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(CURDIR)/$(VENV)/bin
CACHE  := $(CURDIR)/.cache
COPY   := .stage/copy/ansible_collections/fleetops/iis
STAMP  := $(VENV)/.installed

export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/tests
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.stage
export ANSIBLE_NOCOWS := 1
export LC_ALL ?= C.UTF-8

.DEFAULT_GOAL := help
.PHONY: help venv stage lint sanity unit scenarios end-to-end fleet-rollout integration faults faults-short mutants test-host test matrix docs demo bench bench-fleet molecule runner conformance build publish-check release pins clean

help: ## Show this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

venv: $(STAMP) ## Make .venv with the pinned tools (PYTHON=… chooses the interpreter, 3.11 or newer)

$(STAMP): requirements-dev.txt
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq -r requirements-dev.txt
	@touch $@

stage: venv ## Link the collection to where ansible-core finds it (.stage)
	@$(BIN)/python tools/stage.py > /dev/null

lint: stage ## ruff, mypy --strict, ansible-lint (production), the modules' documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --diff -q .
	$(BIN)/mypy .stage/ansible_collections/fleetops/iis/plugins tests/simulator tests/conftest.py tests/demo tests/bench tests/documentation tests/integration/run.py tests/conformance tools
	@$(BIN)/python tools/stage.py copy > /dev/null
	cd $(COPY) && $(BIN)/ansible-lint --profile production --offline --strict -q
	cd $(COPY) && $(BIN)/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all --disallow-unknown-collection-refs .

sanity: venv ## ansible-test sanity, on a copy, without an ignore file
	$(BIN)/python tools/sanity.py

unit: stage ## Unit tests
	$(BIN)/pytest -q -n 2 tests/unit

scenarios: stage ## What can go wrong on a host, with the real plugins on simulated hosts and no waiting
	$(BIN)/pytest -q -n 2 tests/scenarios

end-to-end: stage ## The real ansible-playbook against simulated hosts
	$(BIN)/pytest -q -n 2 tests/end_to_end

integration: stage ## What each module promises, on simulated hosts (a target per module: tests/integration)
	$(BIN)/pytest -q -n 2 --dist worksteal tests/integration

test-host: stage ## The same on real hosts: INVENTORY=… [TARGETS="iis_info …"] [DESTRUCTIVE=1 [REBOOT=1]]
	@test -n "$(INVENTORY)" || { echo "Say which hosts: make test-host INVENTORY=inventory.yml"; exit 2; }
	@$(BIN)/python -m integration --inventory "$(INVENTORY)" $(if $(DESTRUCTIVE),--destructive) $(if $(REBOOT),--reboot) $(TARGETS)

faults: stage ## Trouble at every request of everything, hostile hosts and input, secrets, odd fleets: half an hour
	$(BIN)/pytest -q -n 2 tests/faults --everywhere

faults-short: stage ## A short selection of it
	$(BIN)/pytest -q -n 2 tests/faults

mutants: stage ## Mistakes in the code that keeps hosts safe, and the test that notices each
	@$(BIN)/python -m faults.mutants

test: lint unit scenarios end-to-end integration faults-short sanity ## All of the above: what .ci/run runs
	@echo "All checks and tests passed."

matrix: stage ## Units, sanity, integration on each ansible-core: [CORES="2.16 2.21"] [STEPS="units sanity"]
	@$(BIN)/python tools/matrix.py $(if $(CORES),--cores $(CORES)) $(if $(STEPS),--steps $(STEPS))

docs: stage ## The pages of the modules and roles, as HTML, in .cache/docs
	@rm -rf $(CACHE)/docs && mkdir -p $(CACHE)/docs/source
	$(BIN)/antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir $(CACHE)/docs/source fleetops.iis
	@cp tools/sphinx/* $(CACHE)/docs/source
	$(BIN)/sphinx-build -q -W -b html $(CACHE)/docs/source $(CACHE)/docs/html
	@ls $(CACHE)/docs/html/index.html

fleet-rollout: stage ## A rollout over 50 simulated hosts of which one fails its health check, with its report
	ROLLOUT_HOSTS=50 $(BIN)/pytest -q tests/end_to_end/test_rollouts.py -k large --basetemp=$(CACHE)/fleet-rollout
	@ls $(CACHE)/fleet-rollout/*/reports/rollout.html

demo: stage ## Three simulated hosts, the real playbook: watch it
	@$(BIN)/python -m demo

bench: stage .venv-bench/.installed ## What a task costs on the wire, beside ansible.windows
	@$(BIN)/python -m bench

bench-fleet: stage .venv-bench/.installed ## What runs over many hosts cost: [HOSTS="10 100 1000"] [FORKS=20] [ROUNDS=3] [ONLY=playbook]
	@$(BIN)/python -m bench.fleet $(HOSTS) $(if $(FORKS),--forks $(FORKS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only "$(ONLY)")

ENGINES := env -u PYTHONPATH PATH=$(CURDIR)/.venv-engines/bin:$(PATH)

molecule: stage .venv-engines/.installed ## The Molecule scenarios, on simulated hosts: [SCENARIO=fleet]
	@for scenario in $(or $(SCENARIO),default fleet); do \
	  cd $(CURDIR)/extensions && mkdir -p $(CACHE)/molecule/$$scenario && \
	  $(ENGINES) MOLECULE_EPHEMERAL_DIRECTORY=$(CACHE)/molecule/$$scenario molecule test -s $$scenario || exit 1; done

runner: stage .venv-engines/.installed ## The playbook through ansible-runner, and what ansible-builder makes of meta/
	@$(ENGINES) python $(CURDIR)/tests/engines/run.py

.venv-engines/.installed: requirements-engines.txt
	rm -rf .venv-engines
	$(PYTHON) -m venv .venv-engines
	.venv-engines/bin/python -m pip install -qq -r requirements-engines.txt
	@touch $@

.venv-bench/.installed: requirements-bench.txt
	rm -rf .venv-bench
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -qq -r requirements-bench.txt
	@touch $@

conformance: stage ## Foreign clients on simulated hosts, real answers to our client (as root, installs Debian's)
	@$(BIN)/python -m conformance

build: venv ## Build the collection's tarball into .cache/build
	@$(BIN)/python tools/stage.py copy > /dev/null
	$(BIN)/ansible-galaxy collection build --force --output-path $(CACHE)/build $(COPY)

publish-check: venv .venv-publish/.installed ## What a release has to pass: galaxy-importer, an empty environment, …
	@$(BIN)/python tools/publish.py .venv-publish/bin/python

release: stage ## Make CHANGELOG.md of the fragments, for the version in galaxy.yml
	$(BIN)/antsibull-changelog release

.venv-publish/.installed: requirements-publish.txt
	rm -rf .venv-publish
	$(PYTHON) -m venv .venv-publish
	.venv-publish/bin/python -m pip install -qq -r requirements-publish.txt
	@touch $@

pins: ## Pin requirements-dev.txt anew from requirements-dev.in
	rm -rf $(CACHE)/pins
	$(PYTHON) -m venv $(CACHE)/pins
	$(CACHE)/pins/bin/python -m pip install -qq -r requirements-dev.in
	( echo "# Made by \`make pins\` from requirements-dev.in, for Python 3.11. Nothing here is needed to use the collection."; \
	  $(CACHE)/pins/bin/python -m pip freeze ) > requirements-dev.txt

clean: ## Remove everything that was made
	rm -rf .venv .venv-bench .venv-engines .venv-conformance .venv-publish .stage .cache .ansible collections tests/output
