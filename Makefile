# Two commands are enough: `make lab` builds three datacentres here, `make test` tests everything.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
REPORTS := reports
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help setup lab down check types lint fast golden roles labtest long test bench lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, uv, Python environment, Pulumi
	@tools/setup

lab: setup ## Build the three datacentres on this machine and run the playbooks
	@pyops lab up
	@pyops lab converge

down: setup ## Take the lab down; nothing of it is left
	@pyops lab down

check: setup ## Lint and types, side by side
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types lint

types: setup ## Types alone
	@tools/step "mypy" mypy

lint: setup ## Lint alone
	@tools/step "ruff" ruff check .
	@tools/step "ruff format" ruff format --check .
	@tools/step "yamllint" yamllint --strict .
	@tools/step "ansible-lint" ansible-lint --offline
	@tools/step "shellcheck" shellcheck -x .ci/run tools/setup tools/step tools/roles tools/pulumi/build

fast: setup ## Tests that need no lab and no root
	@tools/step "tests without a lab" pytest -m 'not lab and not root' -n logical --dist loadfile --no-loadscope-reorder --junitxml=$(REPORTS)/fast.xml

golden: setup ## Write the reviewed lists of the stacks' resources anew; their difference is the review
	@tools/step "lists of resources" python -m tests.stacks.listing

roles: setup ## Each role on a plain host of its own (molecule)
	@tools/roles

labtest: setup ## Tests of the lab's own machinery and of the running three sites
	@tools/step "tests of the lab library" pytest -m 'root and not lab' --junitxml=$(REPORTS)/root.xml
	@tools/step "tests of the three sites" pytest -m "lab and not long" --junitxml=$(REPORTS)/lab.xml

long: setup ## Tests of the three sites that take too long for every run
	@tools/step "long tests of the three sites" pytest -m long --junitxml=$(REPORTS)/long.xml

test: check fast roles labtest ## All tests

bench: setup ## Benchmarks, each beside a named peer
	@for file in benchmarks/bench_*.py; do tools/step "$$file" python -m "benchmarks.$$(basename "$$file" .py)"; done

lock: setup ## Renew requirements.lock from pyproject.toml
	@tools/setup lock
