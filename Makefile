# The house from the command line. `make help` lists everything.
PYTHON ?= python3
MAKE_VENV = $(PYTHON) deploy/local/bootstrap.py $(if $(filter file,$(origin PYTHON)),,--this)
PY     := .venv/bin/python
STACK  := $(PY) -m deploy.local
BACKUP  = $(PY) -m deploy.backup $(if $(to),--to $(to))
n      ?= 2

.DEFAULT_GOAL := help
.PHONY: help venv venv-dev demo stop status logs clean test chaos bench bench-parts lint format types lock schemas dead-letters backup restore taint doors

## The house

demo: venv  ## start everything and play a working day; prints what to open
	@$(PY) -m deploy.demo

stop: venv  ## stop everything; data stays
	@$(STACK) down

status: venv  ## what runs, and what waits where
	@$(STACK) status

logs: venv  ## follow the logs (of=identity: one service's)
	@$(STACK) logs --follow $(of)

clean: venv  ## stop everything and remove the stack with its data
	@$(STACK) clean

## Operating it

dead-letters: venv  ## events a service refused (of=identity; do="replay 3 --dry-run")
	@$(STACK) run $(or $(of),$(error say of=SERVICE)) dead-letters $(or $(do),list)

backup: venv  ## back the running databases up, encrypted (to=FOLDER; key=recovery.pub)
	@$(BACKUP) take $(if $(key),--recovery-key $(key))

restore: venv  ## put a backup in the databases' place (from=NAME or latest; key=recovery.key)
	@$(BACKUP) restore $(or $(from),$(error say from=NAME; "python -m deploy.backup list" shows them)) $(if $(key),--key $(key))

taint: venv  ## search all that the house keeps for individual numbers (do="--memory": what runs)
	@$(PY) -m deploy.taint $(do)

doors: venv-dev  ## try every door of the running house; tell which are not as declared
	@$(PY) -m deploy.doors $(do)

## Working on it

test: venv-dev  ## all tests, on real servers of their own (n=2: workers; only=tests/audit: these)
	@$(PY) -m pytest -n $(n) --dist loadgroup $(only)

chaos: venv-dev  ## crashes, a bad network, a full disk during n changes (n=20000; seed=7 replays)
	@$(PY) -m tests.chaos --changes $(if $(filter file,$(origin n)),20000,$(n)) $(if $(seed),--seed $(seed))

bench: venv-dev  ## how fast the house is, against a floor (N=50000: changes a round; LOAD=300000: then a city)
	@$(PY) -m deploy.bench --n $(or $(N),20000) --load $(or $(LOAD),0)

bench-parts: venv-dev  ## how fast services work alone on a real database (only=tests/audit)
	@for file in $(or $(only:=/bench.py),$(wildcard tests/*/bench.py tests/*/renewal_bench.py)); do \
	  echo "== $$file"; \
	  NENKIN_TEST_STACK=bench-parts $(PY) -m $$(echo $${file%.py} | tr / .) || exit 1; \
	done; $(STACK) --name bench-parts --quiet clean

lint: venv-dev  ## style, types, import rules, contracts, house rules
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@$(PY) -m contracts schemas --check
	@$(PY) -m contracts asyncapi --check
	@$(PY) -m contracts compat
	@$(PY) -m deploy.lint

types: venv-dev  ## types alone
	@$(PY) -m mypy

format: venv-dev  ## put the code into the house's style
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

schemas: venv  ## write the committed schemas and the AsyncAPI document after changing an event
	@$(PY) -m contracts schemas --write
	@$(PY) -m contracts asyncapi --write

lock: venv-dev  ## pin requirements and jars anew, each with its hash
	@$(PY) -m deploy.local.relock

# Installing

venv:
	@$(MAKE_VENV) requirements.lock

venv-dev:
	@$(MAKE_VENV) requirements-dev.lock

help:
	@awk '/^## /{printf "\n%s\n", substr($$0, 4)} \
	  /^[a-z-]+:.*##/{sub(/:.*## /, "\t"); split($$0, t, "\t"); printf "  make %-13s %s\n", t[1], t[2]}' Makefile
