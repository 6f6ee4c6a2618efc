# Everything a person or a CI machine needs, from python3, python3-venv, git and make alone.
# `make help` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
FORMAT ?= html
OUTPUT ?=
REPO ?=
BENCH ?=
WORKERS ?= auto
ARGS ?=
export REPO OUTPUT FORMAT

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet
READY := $(VENV)/.ready
ESTIMATE_READY := $(VENV)/.ready-estimate
DEV_READY := $(VENV)/.ready-dev

.PHONY: help report demo test check fix docs bench lock clean venv

help: ## list what there is
	@echo "make report REPO=/path/to/repo   write a report on a git repository, and name the file"
	@echo "make test                        run the tests, offline"
	@echo
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' \
	  | while IFS=$$'\t' read -r name what; do printf '  make %-8s %s\n' "$$name" "$$what"; done

report: ## REPO=path [OUTPUT=file] [FORMAT=html|md|json]: collect, measure, write a report
	@if [ -z "$$REPO" ]; then \
	  echo "make report needs a repository: make report REPO=/path/to/repo" >&2; exit 2; fi
	@$(MAKE) --silent $(READY)
	@where=$$(realpath -m -- "$$REPO"); name=$$(basename "$$where"); \
	case "$$name" in .git|repo|git) name=$$(basename "$$(dirname "$$where")");; esac; \
	out=$${OUTPUT:-reports/$${name%.git}.$$FORMAT}; mkdir -p "$$(dirname "$$out")"; \
	exec $(BIN)/trueup report "$$REPO" --format "$$FORMAT" --output "$$out" $(ARGS)

demo: ## [OUTPUT=file] [ARGS=...]: the whole report on a made-up organisation, offline
	@$(MAKE) --silent $(ESTIMATE_READY)
	@exec $(BIN)/trueup demo --output "$${OUTPUT:-reports/made-up-organisation.$$FORMAT}" \
	  --format "$$FORMAT" $(ARGS)

test: $(DEV_READY) ## [ARGS=...]: run the tests, offline, on every core; in one process: WORKERS=0
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest \
	  --numprocesses $(WORKERS) --maxprocesses 4 --dist worksteal $(ARGS)

check: $(DEV_READY) ## lint, format, types, import contracts, generated pages
	@failed=""; run() { echo "== $$1"; shift; "$$@" || failed=1; }; \
	run "ruff" $(BIN)/ruff check .; \
	run "ruff format" $(BIN)/ruff format --check .; \
	run "mypy" $(BIN)/mypy; \
	run "lint-imports" $(BIN)/lint-imports --no-logo; \
	run "docs" $(BIN)/python -m docs.generate --check; \
	[ -z "$$failed" ]

fix: $(DEV_READY) ## let ruff correct and format what it can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

docs: $(DEV_READY) ## write the generated reference pages anew
	@$(BIN)/python -m docs.generate

bench: $(DEV_READY) ## BENCH=name [ARGS=...]: run one of benchmarks/; without BENCH, list them
	@if [ -z "$(BENCH)" ]; then \
	  for file in benchmarks/*.py; do \
	    printf '  make bench BENCH=%-22s %s\n' "$$(basename "$$file" .py)" \
	      "$$(sed -n '1s/^"""//p' "$$file")"; done; \
	else $(BIN)/python "benchmarks/$(BENCH).py" $(ARGS); fi

lock: $(DEV_READY) ## resolve the locks anew (needs uv and the network)
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv" >&2; exit 2; }
	@lock() { uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet --upgrade --group build --extra prices --extra interfaces "$$@"; }; \
	lock --group dev --extra estimate -o requirements-dev.lock; \
	lock --only-binary :all: -c requirements-dev.lock --extra estimate -o requirements-estimate.lock; \
	lock --only-binary :all: -c requirements-dev.lock -o requirements.lock

clean: ## remove the environment and every cache (reports and warehouses stay)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv: $(READY)

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no python3 here. Install it: sudo apt install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "trueup needs Python 3.11 or newer; $$($(PYTHON) -V) is what $(PYTHON) is." \
	       "Name another: make PYTHON=python3.12 ..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv is missing. Install it: sudo apt install python3-venv" >&2; exit 2; }
	@command -v git >/dev/null || { \
	  echo "There is no git here. Install it: sudo apt install git" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	@echo "Setting up trueup in $(VENV) (once, about a minute) ..." >&2
	@$(PIP) install --no-compile --only-binary :all: --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(ESTIMATE_READY): $(READY) requirements-estimate.lock
	@echo "Adding what effects are estimated with to $(VENV) (once, about a minute) ..." >&2
	@$(PIP) install --no-compile --only-binary :all: --require-hashes -r requirements-estimate.lock
	@touch $@

$(DEV_READY): $(READY) requirements-dev.lock
	@echo "Adding what the tests need to $(VENV) (once, about a minute) ..." >&2
	@$(PIP) install --no-compile --use-pep517 --no-build-isolation --require-hashes -r requirements-dev.lock
	@touch $@
