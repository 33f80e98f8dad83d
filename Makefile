# Each target sets itself up: a fresh clone needs Python 3.11 or newer and, for the tests, redis-server.
#
#   make demo         compile the shop and make calls through three services in one process, without Redis
#   make test         everything that must hold: lint, types, import rules, tests
#   make lint         the part of it that only reads the code
#   make format       rewrite the code in the one layout
#   make regenerate   build all generated code that is committed: the examples and the golden folders
#   make bench        we and our peers side by side, in environments of their own (ROUNDS=7); a report in build/benchmarks
#   make benchmark    time the compiler over a hundred services, the import of a client, and what safe delivery costs
#   make chaos        calls under a seeded monkey (SECONDS=30 SEED=1; UNSAFE=1 for the way that loses them)
#   make soak         calls for five minutes (SECONDS=300), and whether anything grows
#   make garbage      100,000 messages that are none (MESSAGES=100000), and whether memory grows
#   make soak-interop the same with PySOA's workers and clients on one queue with ours, and whether a call can tell
#   make lock         pin the newest tools that fit
#   make clean        remove what was made here

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

BIN := .venv/bin
READY := .venv/.ready
# On two slow cores two workers are worth it; more than there are cores are not.
WORKERS ?= auto
TESTS ?=
GENERATED := examples/shop/shop/api $(addprefix runtime/soagen_runtime/standard/,codec.py contract.py service.py types.py)

.PHONY: help demo test lint style layers types format golden regenerate bench benchmark chaos soak garbage soak-interop lock clean redis

help:
	@sed -n 's/^#   //p' Makefile

$(READY): scripts/setup requirements-dev.lock pyproject.toml runtime/pyproject.toml
	@echo "setting up .venv (once, and when the tools change)"
	@scripts/setup
	@touch $@

demo: $(READY)
	cd examples/shop && ../../$(BIN)/soagen build --no-cache
	@echo
	@cd examples/shop && ../../$(BIN)/python -m shop.demo

test: $(READY) redis lint
	$(BIN)/pytest -n $(WORKERS) $(TESTS)

redis:
	@scripts/ensure-redis

lint: style layers types

style: $(READY)
	$(BIN)/ruff check --output-format concise .
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --isolated --output-format concise $(GENERATED)
	$(BIN)/ruff format --isolated --check $(GENERATED)

layers: $(READY)
	$(BIN)/lint-imports --no-cache --no-logo

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright --project pyproject.toml

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

golden: regenerate
regenerate: $(READY)
	cd examples/shop && ../../$(BIN)/soagen build
	$(BIN)/python tests/regenerate.py

bench: $(READY) redis
	scripts/setup-bench
	$(BIN)/python -m benchmarks.bench --rounds $(or $(ROUNDS),7)

benchmark: $(READY)
	$(BIN)/python benchmarks/compile_scale.py
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python -m benchmarks.delivery_price

chaos: $(READY) redis
	$(BIN)/python -m tests.delivery.chaos --seconds $(or $(SECONDS),30) --seed $(or $(SEED),1) $(if $(UNSAFE),--unsafe)

soak: $(READY) redis
	$(BIN)/python -m tests.delivery.soak --seconds $(or $(SECONDS),300)

garbage: $(READY) redis
	$(BIN)/python -m tests.delivery.garbage --messages $(or $(MESSAGES),100000)

soak-interop: $(READY) redis
	$(BIN)/python -m tests.interop.soak --seconds $(or $(SECONDS),300) --seed $(or $(SEED),1)

lock: $(READY)
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --requirement requirements-dev.in \
		--editable runtime --editable .
	@{ head -n 1 requirements-dev.lock; $(BIN)/python -m pip freeze --exclude-editable | LC_ALL=C sort -f; } > .venv/lock
	@mv .venv/lock requirements-dev.lock

clean:
	rm -rf .venv .venv-pysoa build dist runtime/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . \( -name __pycache__ -o -name .soagen_cache \) -prune -exec rm -rf {} +
