# Each target does its own set-up in .venv; nothing is installed outside this folder,
# except system packages when run as root on a machine that lacks them.
#
#   PYTHON=python3.12   the Python that makes .venv (3.11 or newer is looked for)
#   ARGS="-k ledger -x" words for pytest
#   CHROMIUM=/path      the browser of the browser tests
#   PORT=8000           where the demo listens

PYTHON ?= python3
VENV := .venv/bin/python
export ARGS PORT

.DEFAULT_GOAL := help
.PHONY: help demo test test-unit test-contract test-db test-postgres test-packaging test-projects test-browser \
        bench chaos lint types migrations messages format clean environment demo-environment \
        bench-environment

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

demo: demo-environment ## a running site with people and rooms in it, on http://127.0.0.1:8000
	@$(VENV) -m scripts.demo

test: environment ## everything that CI runs
	@$(VENV) -m scripts.suite

test-unit: environment ## rules, laws, architecture and JavaScript: no database, seconds
	@$(VENV) -m scripts.suite unit

test-contract: environment ## what every media engine keeps, on real peer connections
	@$(VENV) -m scripts.suite contract

test-db: environment ## everything with a database, on SQLite
	@$(VENV) -m scripts.suite db

test-postgres: environment ## the same and the races, on PostgreSQL and Redis
	@$(VENV) -m scripts.suite postgres

test-packaging: environment ## the wheel, added to a stock Wagtail site
	@$(VENV) -m scripts.suite packaging

test-projects: environment ## the whole life of the package on five kinds of third-party site
	@$(VENV) -m scripts.suite projects

test-browser: environment ## journeys in real Chromium
	@$(VENV) -m scripts.suite browser

chaos: environment ## kills everything for three minutes and proves the books: CHAOS_SECONDS=600 CHAOS_SEED=1
	@$(VENV) -m tests.chaos $(ARGS)

bench: bench-environment ## charges a second, side by side with the usual ways; writes the table of the docs
	@$(VENV) -m tests.benchmarks $(ARGS)

lint: environment ## Python, layers, templates, JavaScript, CSS
	@$(VENV) -m scripts.suite lint

types: environment ## mypy and tsc
	@$(VENV) -m scripts.suite types

migrations: environment ## system checks; models without a migration
	@$(VENV) -m scripts.suite migrations

messages: environment ## collect the texts of the source, merge and compile the translations
	@$(VENV) -m scripts.messages

format: environment ## rewrite the Python files as lint wants them
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

clean: ## remove everything that make has made
	@rm -rf .venv .cache node_modules build dist var test-results *.egg-info \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .tox
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@$(PYTHON) -m scripts.environment test lint

demo-environment:
	@$(PYTHON) -m scripts.environment demo

bench-environment:
	@$(PYTHON) -m scripts.environment bench
