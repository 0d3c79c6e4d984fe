# Kvitto's one door to every chore. `make` alone lists them.
# On a fresh machine with Python 3.11+ (with venv), git and make each chore does its own set-up.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; exit; }; done; echo python3)
BIN := .venv/bin
PORT ?= 8000
DEMO ?= .kvitto/demo
WORKERS ?= 2
# Commands say what runs did; these meet the database in ways of their own. The others run on SQLite.
ON_POSTGRESQL := tests/records tests/runs tests/portal $(addprefix tests/cli/test_,init.py backup.py credits.py invoice_life.py)
PYTEST := $(BIN)/python -m pytest --quiet -rs

.DEFAULT_GOAL := help
.PHONY: help setup run test develop lint format unit unit-postgresql bench campaign messages lock screenshots clean

help: ## list the chores
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## build the demonstration office and show it at http://127.0.0.1:8000 (PORT=… for another)
	@$(BIN)/kvitto demo --home $(DEMO) --port $(PORT)

test: develop ## prove that it works: style, types, imports, catalogues, then every test on SQLite and PostgreSQL
	@$(PYTHON) tools/prepare.py browser
	@$(MAKE) --no-print-directory lint unit unit-postgresql

setup: ## get ready what running needs, and nothing else
	@$(PYTHON) tools/prepare.py run

develop: ## get ready what checking and testing need
	@$(PYTHON) tools/prepare.py develop

lint: develop ## check style, types, the direction of imports and the catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/catalogues.py check

format: develop ## put every file into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

unit: develop ## run every test on SQLite
	$(PYTEST) --numprocesses $(WORKERS)

unit-postgresql: develop ## run the tests that meet the database on PostgreSQL
	KVITTO_TEST_DATABASE=postgresql $(PYTEST) --numprocesses $(WORKERS) -m "database and not browser" $(ON_POSTGRESQL)

bench: develop ## rate ten million rows and close a month, beside the best SQL written by hand; ask a large office for pages
	$(BIN)/python benchmarks/rate_month.py
	$(BIN)/python -m benchmarks.close_month
	$(BIN)/python -m benchmarks.pages

campaign: develop ## run the full figures (kills, properties, volumes) and write them to benchmarks/RESULTS.md
	$(BIN)/python -m tools.campaign

messages: develop ## find every sentence and put it into the catalogues
	$(BIN)/python tools/catalogues.py update
	$(BIN)/python tools/catalogues.py compile

lock: develop ## choose the libraries' newest versions that fit, and pin them by hash
	cd requirements && for name in run develop; do ../$(BIN)/uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$name.in --output-file $$name.txt; done

screenshots: develop ## photograph every page of a running “make run” at two widths, and its invoices, into screenshots/
	$(BIN)/python tools/screenshots.py

clean: ## remove what was made here, but not the demonstration office
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots
	find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
