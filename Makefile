# What one types. Needs Python 3.11 or newer; uv makes the first start faster where it is installed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
SEEDS ?= 0-499
SEED ?= 1
FAULTS ?= 200
EXAMPLES ?= 500

.DEFAULT_GOAL := help
.PHONY: help install up test simulate chaos fuzz check audit contracts clean

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

install: $(STAMP) ## Install everything that requirements.lock names into .venv

up: $(STAMP) ## Start calsync with its sandbox on this machine (ARGS="--until-idle" for one run)
	@$(BIN)/calsync up $(ARGS)

test: $(STAMP) ## Run all tests (ARGS="tests/decisions" for some)
	@$(BIN)/python -m compileall -q contracts services
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 $(ARGS)

simulate: $(STAMP) ## Play stories of people and faults (SEEDS=0-499, MINUTES=120 at most)
	$(BIN)/python -m tests.simulation $(SEEDS)

chaos: $(STAMP) ## Kill, freeze, fill and cut the whole product while people work (SEED=1 FAULTS=200)
	$(BIN)/python -m tests.system.chaos $(SEED) $(FAULTS)

fuzz: $(STAMP) ## Give everything that reads hostile input (EXAMPLES=500 mixtures for each property)
	CALSYNC_FUZZ=$(EXAMPLES) $(BIN)/python -m pytest -n 2 --dist worksteal --timeout 3000 tests/hostile $(ARGS)

check: $(STAMP) ## Check format, style and types
	$(BIN)/ruff format --check contracts services tests
	$(BIN)/ruff check contracts services tests
	$(BIN)/mypy contracts services

audit: $(STAMP) ## Ask whether a hole is known in a dependency (needs the network)
	@.ci/audit

contracts: $(STAMP) ## Write the AsyncAPI document and the JSON Schemas from the types
	$(BIN)/python -m contracts

clean: ## Remove the installation, not the data
	rm -rf $(VENV) build *.egg-info

# Made anew only when what it is made of has changed.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("calsync needs Python 3.11 or newer; name it with PYTHON=…")'
	@if uv --version >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(VENV) && \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@$(BIN)/python -m compileall -q contracts services
	@touch $@
