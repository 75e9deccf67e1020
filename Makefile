# What a person types; README.md explains each.
SHELL := /bin/bash
BIN := .venv/bin
DATA ?=
JSON ?=
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup run demo bench bench-platform test test-long check openapi lock clean

help:
	@echo "make demo [DATA=FILE]   set up, remember a real conversation, answer questions about it"
	@echo "make run [PORT=8000]    set up and serve the platform on this machine's loopback address"
	@echo "make bench [JSON=FILE]  measure speed, one table"
	@echo "make bench-platform     measure the platform on Postgres and Weaviate, one table"
	@echo "make test               set up, run every check and test (small sizes)"
	@echo "make test-long          run the full sizes and keep the figures in tests/results/"
	@echo "make check              format, lint, types, import contracts, migrations"
	@echo "make openapi            write docs/openapi.json anew"
	@echo "make lock               resolve requirements.txt anew from pyproject.toml"
	@echo "make clean              remove what setting up made"

setup: .venv/ready

.venv/ready: requirements.txt pyproject.toml infra/setup
	@infra/setup

run: setup
	@$(BIN)/python manage.py serve --port $(PORT)

demo: setup
	@$(BIN)/python -m evaluation.demo $(if $(DATA),--data "$(DATA)")
	@$(BIN)/python -m evaluation.server_demo

bench: setup
	@$(BIN)/python -m evaluation.speed $(if $(JSON),--json "$(JSON)")

bench-platform: setup
	@$(BIN)/python -m evaluation.platform_speed $(if $(JSON),--json "$(JSON)")

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check
	$(BIN)/python manage.py check --deploy --fail-level WARNING --settings controlplane.settings.production_check

test: check
	$(BIN)/pytest -m "not long"

test-long: setup
	$(BIN)/pytest tests/faults tests/server/journeys tests/server/full tests/quality tests/evaluation_speed tests/evaluation_mem0 --figures tests/results

openapi: setup
	@$(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn --file docs/openapi.json
	@echo >> docs/openapi.json

lock:
	@infra/lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
