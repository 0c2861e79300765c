# Everything a person types here; `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

VENV := .venv
MARKS ?= not compose
# Each file of tests stays in one process, which has a PostgreSQL of its own. The files
# with few but long tests are the first in the folder, and stay it.
WORKERS ?= --numprocesses 3 --dist loadfile --no-loadscope-reorder
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PARSED := .local/dbt_parse
CODE := $(wildcard seller_intel scrapers sandbox orchestration)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1

# The first Python that will do, unless PYTHON names one.
define PICK_PYTHON
for name in $${PYTHON:-python3.12 python3.11 python3.13 python3 python}; do \
    "$$name" -c 'from sys import *; exit(not (3, 11) <= version_info < (3, 14))' \
        >/dev/null 2>&1 && { echo "$$name"; exit 0; }; \
done; \
echo 'no Python 3.11 to 3.13 found: install one, or name it: make PYTHON=...' >&2; \
exit 1
endef

# Secrets for docker compose, each drawn at random where .env.example leaves a gap.
define WRITE_ENV
import base64, os, re, sys
text = open(".env.example").read()
draw = lambda _: base64.urlsafe_b64encode(os.urandom(32)).decode()
file = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
with os.fdopen(file, "w") as env:
    env.write(re.sub(r"(?<==)<random>$$", draw, text, flags=re.M))
endef
export WRITE_ENV

define REMOVE_SERVER
from pathlib import Path
from seller_intel import embedded
embedded.remove(Path(".local/sandbox").absolute())
endef
export REMOVE_SERVER

.PHONY: help
help: ## List what can be typed
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	    awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

.PHONY: install
install: $(STAMP) ## Make the environment from the lock file

# uv where it can be had, since it takes seconds where pip takes minutes.
$(STAMP): requirements.lock pyproject.toml
	@python=$$($(PICK_PYTHON)); \
	if [ ! -x $(BIN)/python ]; then \
	    echo "making $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV) || { rm -rf $(VENV); \
	        echo "this Python has no venv: on Debian and Ubuntu, apt-get install" \
	            "python3-venv" >&2; exit 1; }; \
	fi
	@echo 'installing what requirements.lock names'
	@if uv=$$(command -v uv) || { $(BIN)/python -m pip install --quiet 'uv>=0.5' \
	    && uv=$(BIN)/uv; }; then \
	    export VIRTUAL_ENV="$$PWD/$(VENV)"; \
	    "$$uv" pip install --quiet --compile-bytecode --no-deps --require-hashes \
	        -r requirements.lock; \
	    "$$uv" pip install --quiet --no-deps -e .; \
	else \
	    pip="$(BIN)/python -m pip install --quiet --no-deps"; \
	    $$pip --require-hashes -r requirements.lock; \
	    $$pip -e .; \
	fi
	@touch $@

.PHONY: run
run: $(STAMP) ## Run the whole line on the sandbox market, through Airflow
	@$(BIN)/python -m sandbox.line

.PHONY: test
test: $(STAMP) ## Run every test but those in containers; MARKS='...' runs a part
	$(BIN)/python -m pytest -m "$(MARKS)" $(WORKERS)

.PHONY: check
check: $(STAMP) ## Lint, type check, parse the dbt project, check names and layers
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target \
	    check-core check-models check-code check-names

# Two halves that take as long as each other; the short ones after them.
.PHONY: check-core check-models check-code check-names
SQLFLUFF = PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --nocolor --processes 1
check-core:
	$(SQLFLUFF) dbt_project/models/core

check-models:
	$(SQLFLUFF) dbt_project/models/staging dbt_project/models/marts dbt_project/tests

check-code:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE)

check-names:
	$(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project \
	    --target-path "$$PWD/$(PARSED)" --log-path "$$PWD/$(PARSED)"
	$(BIN)/python -m pytest -q tests/test_names.py tests/test_layers.py

.PHONY: up
up: $(STAMP) ## Start PostgreSQL and Airflow in the background, page on 127.0.0.1:8080
	@$(BIN)/python -m orchestration up $(if $(PORT),--port $(PORT))

.PHONY: down
down: $(STAMP) ## Stop what `make up` started
	@$(BIN)/python -m orchestration down

.PHONY: bench
bench: $(STAMP) ## Measure speed and memory against their budgets
	@$(BIN)/python -m bench

.PHONY: docs
docs: $(STAMP) ## Write what is generated: the column descriptions of the marts
	@$(BIN)/python -m seller_intel.mart_columns

.PHONY: env
env: ## Write .env with random secrets for docker compose, never over an old one
	@if [ -e .env ]; then echo '.env is there already; it was left as it is'; else \
	    python=$$($(PICK_PYTHON)); $$python -c "$$WRITE_ENV"; echo 'wrote .env'; fi

.PHONY: test-compose
test-compose: $(STAMP) ## Bring the containers up, run the line in them, take them down
	$(BIN)/python -m pytest -m compose tests/compose

# A seller's own shops live in .local itself; what stands there is left alone.
.PHONY: clean
clean: ## Remove the environment and the sandbox market with all its state
	@if [ -x $(BIN)/python ] && [ -d .local/sandbox ]; then \
	    SELLER_INTEL_HOME=.local/sandbox $(BIN)/python -m orchestration down || true; \
	    $(BIN)/python -c "$$REMOVE_SERVER"; \
	fi
	rm -rf .local/sandbox .local/dbt_parse .local/mypy .local/pytest $(VENV)
	rm -rf dbt_project/target dbt_project/logs
