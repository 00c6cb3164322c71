# Nightdesk. `make` alone lists what can be made.
SHELL := /bin/bash
# The first interpreter that runs, is of a version we support, and can make environments.
USABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(USABLE)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
# The extractors we are measured against have an environment of their own: nothing of theirs is in ours.
PEERS := bench/.venv-peers
READERS := bench/.venv-readers
# What several machines need on top is in an environment of its own: a lean one never has any of it.
CLUSTER := .venv-cluster
# As --compile-bytecode does it for what is installed: Airflow begins a dozen processes that would each compile it all.
COMPILE = $(BIN)/python -m compileall -q pipelines spiders demo dags
# Five files of tests at a time: much of a test is waiting for a site's delay or for Airflow. In the order of
# tests/conftest.py, the longest first; xdist's own order begins with the files of most tests.
WORKERS ?= 5
BESIDE := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
CONSOLE := pipelines/airflow/console
SCRIPTS := $(CONSOLE)/desk.js $(CONSOLE)/pages.js $(CONSOLE)/pages $(CONSOLE)/parts tests/airflow/scripts
# uv trusts the certificates that this machine trusts, as pip does.
export UV_SYSTEM_CERTS := 1
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.DEFAULT_GOAL := help
.PHONY: help run ui test test-long faults faults-told check scripts pictures airflow docker cluster cluster-all bench bench-scale bench-export bench-extraction render lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

run: $(VENV)/ready ## set all up and run a demo night through Airflow, to an alert
	@$(BIN)/nightdesk demo night

ui: $(VENV)/ready ## the same, staying up: prints the address and the login
	@$(BIN)/nightdesk demo ui

test: $(VENV)/ready-dev ## set all up and run every test
	@$(BIN)/pytest $(BESIDE)

test-long: $(VENV)/ready-dev ## properties with all their examples, of a new seed: ten minutes
	@NIGHTDESK_TESTS_LONG=1 $(BIN)/pytest $(BESIDE) --timeout=3600 -m examples

faults: faults-told ## kill -9 at two hundred moments of a night, and of matching and sending, of a new seed: minutes
	@NIGHTDESK_TESTS_MOMENTS=200 $(BIN)/pytest -n 0 -s --timeout=0 tests/faults/test_account_killed.py

faults-told: $(VENV)/ready-dev ## of these matching and sending alone
	@NIGHTDESK_TESTS_MOMENTS=200 $(BIN)/pytest -n 0 -s --timeout=0 tests/faults/test_told_once_killed.py

check: $(VENV)/ready-dev ## tests, ruff, mypy and the docs checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/vulture
	@$(MAKE) -s scripts
	@$(BIN)/pytest $(BESIDE)

# What it fetches is nothing: deno.json names no module of somebody else's.
scripts: export DENO_DIR := $(CURDIR)/build/deno
scripts: export DENO_NO_UPDATE_CHECK := 1
scripts: $(VENV)/ready-dev ## the Desk's scripts: their types, rules, form and tests
	@$(BIN)/deno check -q --no-remote $(SCRIPTS)
	@$(BIN)/deno lint -q $(SCRIPTS)
	@$(BIN)/deno fmt -q --check $(SCRIPTS)
	@$(BIN)/deno test -q --no-remote --no-check --allow-read=pipelines/airflow/console tests/airflow/scripts

pictures: $(VENV)/ready-dev ## the pictures in docs/desk.md, made anew by a night in Airflow and a Chromium
	@rm -rf build/pictures && mkdir -p build
	@NIGHTDESK_TESTS_PICTURES=$(CURDIR)/build/pictures $(BIN)/pytest -n 0 -rs tests/airflow/test_airflow_standalone.py -k test_after_the_night
	@test -d build/pictures || { echo "No picture was made; above stands why."; exit 1; }
	@mv build/pictures/*.webp docs/pictures/

airflow: $(VENV)/ready-dev ## docs/airflow.md, tried: the built wheel in an Airflow of its own, a night in it
	@$(BIN)/pytest tests/airflow/test_airflow_plain.py

docker: $(VENV)/ready-dev ## try docker/ in a Docker of its own, as root on Debian: some ten minutes
	@$(BIN)/pytest -n 0 -x -rs --durations=0 --durations-min=1 --timeout=1800 -p no:cacheprovider docker/trial

bench: $(VENV)/ready-dev ## measure, and write docs/benchmarks.md
	@$(BIN)/python -m bench

bench-scale: $(VENV)/ready-dev ## search, and every statement, in generated archives of 10,000 to a million articles: hours, and 17 GB in build/scale
	@$(BIN)/python -m bench scale --articles 10000 100000 1000000 --at build/scale
	@$(BIN)/python -m bench statements --at build/scale

bench-export: $(VENV)/ready-dev ## export a generated archive of a million articles, and read it back: an hour and a half, 30 GB
	@$(MAKE) -s $(READERS)/ready
	@$(BIN)/python -m bench export

bench-extraction: $(VENV)/ready-dev ## CORPUS=dir: us and our peers on real pages, into docs/benchmarks.md
	@test -n "$(CORPUS)" || { echo "Name a folder of pages with gold: make bench-extraction CORPUS=dir. What it holds: bench/corpus.py."; exit 2; }
	@$(MAKE) -s $(PEERS)/ready
	@$(BIN)/python -m bench extraction "$(CORPUS)" $(OPTIONS)

render: $(VENV)/ready-render ## add what sources with render = true need; the browser itself is your system's

cluster: $(VENV)/ready-dev ## a night by three Celery workers that share a bucket, one killed: docs/cluster.md
	@$(MAKE) -s $(CLUSTER)/ready
	@NIGHTDESK_TESTS_CLUSTER=$(CURDIR)/$(CLUSTER)/bin/python $(BIN)/pytest -n 0 -x -rsP tests/cluster

cluster-all: $(VENV)/ready-dev ## the same with sixty sites and a bucket that is gone for a minute, by Celery prefork and solo and by Edge workers
	@NIGHTDESK_TESTS_CLUSTER_SITES=60 NIGHTDESK_TESTS_CLUSTER_GONE=60 NIGHTDESK_TESTS_CLUSTER_KINDS="prefork solo edge" $(MAKE) cluster

lock: $(VENV)/uv ## resolve requirements*.in into the locks
	@for f in requirements-uv requirements; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" $$f.in -o $$f.lock; done
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-render.in -c requirements.lock -o requirements-render.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-cluster.in -c requirements.lock -o requirements-cluster.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-dev.in -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" bench/peers.in -o bench/peers.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" bench/readers.in -o bench/readers.lock

clean: ## remove the environment and caches; data and sources stay
	@rm -rf $(VENV) $(PEERS) $(READERS) $(CLUSTER) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# The installer comes first, by pip, with its hashes; it then installs the rest about five times faster than pip.
$(VENV)/uv: requirements-uv.lock
	@$(or $(PYTHON),false) -c '$(USABLE)' 2>/dev/null || { echo "Nightdesk needs Python 3.11, 3.12 or 3.13 with its venv module (on Debian: python3-venv). Name one: make PYTHON=/path/to/python."; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

# One environment: with the development lock or the browser's once that was asked for, with the lean one otherwise.
$(VENV)/ready: requirements.lock setup.cfg pyproject.toml | $(VENV)/uv
	@if [ -e $(VENV)/ready-dev ]; then $(MAKE) -s $(VENV)/ready-dev; \
	elif [ -e $(VENV)/ready-render ]; then $(MAKE) -s $(VENV)/ready-render; else \
	  echo "Installing what requirements.lock pins ..."; \
	  $(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-uv.lock requirements.lock && \
	  $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .; $(COMPILE); fi
	@touch $@

# The development lock holds all of it.
$(VENV)/ready-render: requirements-render.lock requirements.lock setup.cfg pyproject.toml | $(VENV)/uv
	@if [ -e $(VENV)/ready-dev ]; then $(MAKE) -s $(VENV)/ready-dev; else \
	  echo "Installing what requirements-render.lock pins ..."; \
	  $(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-uv.lock requirements-render.lock && \
	  $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .; fi
	@touch $(VENV)/ready $@

$(VENV)/ready-dev: requirements-dev.lock requirements.lock setup.cfg pyproject.toml | $(VENV)/uv
	@echo "Installing what requirements-dev.lock pins ..."
	@$(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-uv.lock requirements-dev.lock
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $(VENV)/ready $@

$(PEERS)/ready: bench/peers.lock | $(VENV)/uv
	@echo "Installing what bench/peers.lock pins ..."
	@$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(PEERS)
	@VIRTUAL_ENV=$(CURDIR)/$(PEERS) $(BIN)/uv pip sync -q --require-hashes --compile-bytecode bench/peers.lock
	@touch $@

$(READERS)/ready: bench/readers.lock | $(VENV)/uv
	@echo "Installing what bench/readers.lock pins ..."
	@$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(READERS)
	@VIRTUAL_ENV=$(CURDIR)/$(READERS) $(BIN)/uv pip sync -q --require-hashes --compile-bytecode bench/readers.lock
	@touch $@

$(CLUSTER)/ready: requirements-cluster.lock setup.cfg pyproject.toml | $(VENV)/uv
	@echo "Installing what requirements-cluster.lock pins ..."
	@$(BIN)/uv venv -q --allow-existing --python $(BIN)/python $(CLUSTER)
	@VIRTUAL_ENV=$(CURDIR)/$(CLUSTER) $(BIN)/uv pip sync -q --require-hashes --compile-bytecode requirements-cluster.lock
	@VIRTUAL_ENV=$(CURDIR)/$(CLUSTER) $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@
