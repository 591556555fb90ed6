# Two commands matter: `make up` and `make test`. Everything else is what they are made of.
PYTHON ?= python3
BIN := .venv/bin
# Workers of pytest, each with a world of its own (tests/support/xdist_groups.py). Life cycles wait for controllers a
# third of their time.
PARALLEL := --numprocesses logical --maxprocesses 6
GROUPS := --numprocesses $(shell expr `getconf _NPROCESSORS_ONLN` + 2) --maxprocesses 6
INSTALL := pip install --quiet --disable-pip-version-check

# Some machines have it set: every engine run would compile our sources anew in each of its three Python processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up down test fast sweep fuzz check bench lock generate docs

up: .venv/ready           ## from nothing to the network of kMetal's guide, applied and verified
	@$(BIN)/python -m sandbox up

down: .venv/ready         ## delete all of it again
	@$(BIN)/python -m sandbox down

test: .venv/ready         ## everything but the sweep: checks and fast tier at the same time, then the sandbox tier
	@$(MAKE) --no-print-directory --jobs 2 check fast
	$(BIN)/python -m sandbox build
	$(BIN)/python -m pytest -m "sandbox and not sweep" $(GROUPS)

fast: .venv/ready         ## the tests that need no control plane
	$(BIN)/python -m pytest -m "not sandbox and not sweep" $(PARALLEL)

sweep: .venv/ready        ## runs killed at many more moments than `make test` has time for: every night
	$(BIN)/python -m sandbox build
	$(BIN)/python -m pytest -m sweep $(GROUPS)

fuzz: .venv/ready         ## a million mutations of our own cases through `lint`: every night
	$(BIN)/python -m tests.operations.linting.mutator 1000000

check: .venv/ready        ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready        ## ratios measured in one run, on the sandbox
	@$(BIN)/python -m tests.bench

lock: .venv/ready         ## compile the locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra dev pyproject.toml -o requirements-dev.txt

generate: .venv/ready     ## write what is generated: JSON schema, configuration reference, laws page
	$(BIN)/python -m tools.generate

docs: .venv/ready         ## the site, in .docs/site: the repository's pages at the same paths
	@rm -rf .docs/pages && mkdir -p .docs/pages
	@git ls-files -z -- "*.md" docs | tar --create --null --files-from=- | tar --extract --directory=.docs/pages
	@$(BIN)/zensical build --clean --strict

.venv/ready: requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON): `$(PYTHON) --version 2>&1`; 3.11 or later is needed: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; \
		exit 2; }
	@echo "virtual environment ..."
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt
	@$(BIN)/$(INSTALL) --require-hashes -r .venv/uv.txt
	@$(BIN)/uv $(INSTALL) --python .venv --require-hashes -r requirements-dev.txt || { \
		echo "uv could not; with pip it takes a minute ..." >&2; \
		$(BIN)/$(INSTALL) --require-hashes -r requirements-dev.txt; }
	@PYTHONWARNINGS=ignore $(BIN)/$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@
