# Kvitto's one door to every chore. `make` alone lists them.
# On a fresh machine with Python 3.11+ (with venv), git and make each chore does its own set-up.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$python"; exit; }; done; echo python3)
BIN := .venv/bin
PORT ?= 8000
DEMO ?= .kvitto/demo
WORKERS ?= 2
# What meets the database in a way of its own: its guards, locks and numbers, text it refuses, sorting and paging, a page
# of every kind. `make test` runs the others on SQLite alone, `make campaign` everything.
ON_POSTGRESQL := tests/records $(addprefix tests/cli/test_,init.py backup.py invoice_life.py) tests/runs/invoice_life \
	$(addprefix tests/runs/,jobs $(addprefix closing/test_,issue_invoices.py issue_invoices_faults.py corrections_faults.py)) \
	$(addprefix tests/runs/test_,access_at_once.py apply_agreements.py changed_addresses.py copy_requests.py credits.py \
		erase_person.py invoice_pages.py retention.py transactions.py) \
	$(addprefix tests/portal/,access/test_roles.py identity/test_addresses.py identity/test_invitations.py \
		invoice_lists jobs money/test_transactions.py operator \
		test_nobody_else.py test_search.py test_security.py test_start.py test_usage_page.py)
PYTEST := $(BIN)/python -m pytest --quiet -rs

.DEFAULT_GOAL := help
.PHONY: help setup run test develop lint format unit unit-postgresql bench campaign messages lock screenshots pictures clean

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
	$(PYTEST) --numprocesses $(WORKERS) --dist worksteal

unit-postgresql: develop ## run the tests that meet the database on PostgreSQL
	KVITTO_TEST_DATABASE=postgresql $(PYTEST) --numprocesses $(WORKERS) --dist worksteal -m "database and not browser" $(ON_POSTGRESQL)

bench: develop ## rate ten million rows and close a month, beside the best SQL written by hand; ask a large office for pages
	$(BIN)/python benchmarks/rate_month.py
	$(BIN)/python -m benchmarks.close_month
	$(BIN)/python -m benchmarks.pages

campaign: develop ## run the full figures (kills, properties, volumes), and every test on PostgreSQL, into benchmarks/RESULTS.md
	@$(PYTHON) tools/prepare.py browser
	$(BIN)/python -m tools.campaign --workers $(WORKERS) $(CAMPAIGN)

messages: develop ## find every sentence and put it into the catalogues
	$(BIN)/python tools/catalogues.py update
	$(BIN)/python tools/catalogues.py compile

lock: develop ## choose the libraries' newest versions that fit, and pin them by hash
	cd requirements && for name in run develop; do ../$(BIN)/uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$name.in --output-file $$name.txt; done

screenshots: develop ## photograph every page of a running “make run” at three widths, light and dark, into screenshots/
	$(BIN)/python tools/screenshots.py --address http://127.0.0.1:$(PORT) --home $(DEMO)

pictures: develop ## take the pictures of the documentation from a running “make run”
	$(BIN)/python tools/pictures.py --address http://127.0.0.1:$(PORT) --home $(DEMO)

clean: ## remove what was made here, but not the demonstration office
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache screenshots
	find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
