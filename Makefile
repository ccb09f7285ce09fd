# Posology: `make` prints the targets.

PYTHON ?= python3
PORT ?= 8501
ARGS ?=
SECONDS ?= 600

APP_VENV := .venv
DEV_VENV := .venv-dev
APP_PYTHON := $(APP_VENV)/bin/python
DEV_PYTHON := $(DEV_VENV)/bin/python

LOCK := $(DEV_VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.PHONY: help assurance fuzz wheel app test lemmas lint bench mutation hazards docs pictures release lock clean programs app-venv dev-venv

# $(call prepare,VENV,REQUIREMENTS FILE,FILES WHOSE CHANGE CALLS FOR A NEW INSTALLATION)
# The stamp is a copy of those files: when nothing changed, nothing is installed.
define prepare
	@if ! $(1)/bin/python -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		if ! command -v $(PYTHON) >/dev/null 2>&1; then \
			echo "Posology needs Python 3.11 or newer, and $(PYTHON) was not found. Name another one with PYTHON=..." >&2; \
			exit 1; \
		fi; \
		if ! $(PYTHON) -c '$(NEW_ENOUGH)'; then \
			echo "Posology needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())'). Name another one with PYTHON=..." >&2; \
			exit 1; \
		fi; \
		rm -rf $(1); \
		if ! $(PYTHON) -m venv $(1); then \
			rm -rf $(1); \
			echo "Python's venv module did not work. On Debian and Ubuntu it is the package python3-venv." >&2; \
			exit 1; \
		fi; \
	fi; \
	if ! cat $(3) | cmp -s - $(1)/.installed; then \
		echo "Installing $(2) into $(1) ..."; \
		rm -f $(1)/.installed; \
		$(1)/bin/python -m pip install -q --disable-pip-version-check --no-input --require-hashes -r $(2) </dev/null \
			&& cat $(3) > $(1)/.installed; \
	fi
endef

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

app: app-venv ## Start Posology on http://127.0.0.1:8501 (another port: make app PORT=8600)
	@exec $(APP_PYTHON) -m streamlit run app.py --server.port $(PORT) </dev/null

test: programs ## Run the tests (a part of them: make test ARGS="-k text")
	@$(DEV_PYTHON) -m pytest -n auto $(ARGS)

lint: dev-venv ## Check style, types, layers and dependencies
	@status=0; \
	$(DEV_PYTHON) -m ruff check || status=1; \
	$(DEV_PYTHON) -m ruff format --check || status=1; \
	$(DEV_PYTHON) -m mypy --strict || status=1; \
	$(DEV_PYTHON) $(DEV_VENV)/bin/lint-imports --no-logo || status=1; \
	$(DEV_PYTHON) -m deptry . || status=1; \
	$(DEV_PYTHON) -m bandit -q -r app.py serve.py commands dosing records schedules screens || status=1; \
	exit $$status

bench: dev-venv ## Measure the speed (a part: make bench ARGS="--only page")
	@$(DEV_PYTHON) -m benchmarks $(ARGS)

mutation: dev-venv ## Change the rules one by one, and see that a test fails (make mutation ARGS=--changed)
	@$(DEV_PYTHON) -m tests.support.mutation $(ARGS)

hazards: dev-venv ## Turn each control off, and see the test of its hazard fail (ARGS="H12 H20")
	@$(DEV_PYTHON) -m tests.support.hazard_proof $(ARGS)

lemmas: dev-venv ## Prove what holds for all doses and dates, and break each rule once
	@$(DEV_PYTHON) -m tests.lemmas

wheel: dev-venv ## Build the package and use the wheel in a fresh environment
	@$(DEV_PYTHON) -m tests.support.installed

assurance: dev-venv ## Compare a million doses and dates, and write docs/assurance.md (a hundredth: ARGS=1)
	@$(DEV_PYTHON) -m tests.support.assurance $(ARGS)

fuzz: dev-venv ## Feed every door from its grammar (ten minutes; shorter: make fuzz SECONDS=60)
	@$(DEV_PYTHON) -m tests.fuzz $(SECONDS) $(ARGS)

docs: dev-venv ## Write the pages that are made from code and data, and the site of all pages
	@$(DEV_PYTHON) -m docs.making
	@$(DEV_PYTHON) -m docs.making.site

pictures: programs ## Photograph the running app for the tutorials
	@$(DEV_PYTHON) -m docs.making.pictures

release: dev-venv ## Keep what the files mean, to say what changed since this release
	@$(DEV_PYTHON) -m docs.making.release

lock: dev-venv ## Write the locks anew: exact versions, and the hash of every file of each
	@$(LOCK) requirements-dev.txt -c requirements-dev.lock -o requirements-dev.lock
	@$(LOCK) requirements.txt -c requirements-dev.lock -o requirements.lock

clean: ## Remove the environments and every cache
	@rm -rf $(APP_VENV) $(DEV_VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

app-venv:
	$(call prepare,$(APP_VENV),requirements.lock,requirements.lock)

dev-venv:
	$(call prepare,$(DEV_VENV),requirements-dev.lock,requirements-dev.lock)

# The browser tests drive an installed Chromium (that without a window first, or Chrome) through
# playwright's node; the records are tested on PostgreSQL too, and the calendar files are read by
# libical. Each is tried.
programs: dev-venv
	@.ci/programs.sh $(DEV_PYTHON)
