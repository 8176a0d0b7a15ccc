# make demo · make test · make lock — everything else is `kgnet --help`
PYTHON ?= python3
VENV   := .venv
BIN    := $(CURDIR)/$(VENV)/bin

.PHONY: help demo test lint lock setup clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    bring the lab up as real daemons, break it, watch it heal, tear it down (KEEP=1 leaves it)"
	@echo "make test    every check and every test, the real daemons included"
	@echo "make lock    write requirements.lock anew from pyproject.toml"

setup: $(VENV)/.ready
	@.ci/packages

$(VENV)/.ready: requirements.lock pyproject.toml
	@.ci/packages
	@echo "setting up $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kgnet needs Python 3.11 or newer: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@PATH="$(BIN):$$PATH" $(BIN)/kgnet demo $(if $(KEEP),--keep)

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

test: lint
	@PATH="$(BIN):$$PATH" $(BIN)/pytest

lock:
	@$(BIN)/pip-compile --quiet --generate-hashes --extra dev --allow-unsafe --strip-extras --upgrade \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-annotate --no-header \
	  --output-file requirements.lock pyproject.toml

clean:
	@rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .ansible
