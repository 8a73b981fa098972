# Every command by name. Plain `make` prints them.

BIN := .venv/bin
.DEFAULT_GOAL := help
# Where this is set, as in many containers, each Python would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup setup-test demo run work sandbox test test-unit test-contract \
	test-browser coverage chaos bench docs messages lint format lock release-check

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Make .venv and install what requirements.lock names
	@scripts/setup

setup-test: ## The same, and a Chromium and PostgreSQL where they are missing
	@scripts/setup-test

demo: setup ## A running shop with a stand-in vendor; Ctrl-C stops all of it
	@exec $(BIN)/purveyor demo

run: setup ## The web server alone
	@exec $(BIN)/purveyor serve

work: setup ## The worker alone
	@exec $(BIN)/purveyor work

sandbox: setup ## The stand-in vendor alone
	@exec $(BIN)/python -m sandbox.bittitan

test: setup-test ## Check format, style, types, contracts, documents; run all tests
	@scripts/lint
	@scripts/test

test-unit: setup ## Tests without a database, and of the architecture
	@$(BIN)/python -m pytest tests/unit tests/architecture

test-contract: setup ## Each connector against the contract, in its sandbox
	@$(BIN)/python -m pytest tests/contract

test-browser: setup-test ## Stories in a real Chromium
	@$(BIN)/python -m pytest tests/browser

coverage: setup-test ## Which lines and branches no test has walked
	@$(BIN)/coverage run -m pytest -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

chaos: setup-test ## Real workers, killed and struck by every fault, on PostgreSQL
	@$(BIN)/python -m tests.support.postgres run -- $(BIN)/python -m pytest -m chaos
	@$(BIN)/python -m tests.support.postgres run -- $(BIN)/python -m tests.chaos

bench: setup-test ## Timed runs on PostgreSQL: one JSON line a figure
	@$(BIN)/python -m tests.support.postgres run --durable -- \
		$(BIN)/python -m benchmarks

docs: setup ## Write the reference pages that are drawn from the code
	@$(BIN)/django-admin shell --no-imports --pythonpath . --settings tests.settings \
		--command "from scripts.make_reference import main; main()"

messages: setup ## Collect the sentences for translators, compile what they wrote
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m scripts.make_messages

lint: setup ## Check format, style, words, templates, contracts and types
	@scripts/lint

format: setup ## Put the code in order
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock: setup ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra test --universal \
		--generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--quiet --output-file requirements.lock

release-check: test ## All that must be true before a version is published
	@scripts/release-check
