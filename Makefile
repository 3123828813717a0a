# Each target sets up what it needs, from nothing but Python 3.11, git, make, node and pip.
PYTHON ?= python3
UV := .venv/bin/uv
INSTALLED := .venv/.installed
PUBLISHED := tests/forge/node_modules/.installed
PAPERMILL := .venv/papermill/.installed
TORCH := .venv/torch/.installed
AZURITE := tests/azure/node_modules/.installed
SHELL := /bin/bash
SCENARIO ?= life
MINUTES ?= 60
# one more than there are processors: a test that waits for a process leaves its own idle
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
# images often set it, and every process would compile every import anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-ray rehearse test test-wheel test-slow test-faults test-hour check lint fuzz bench lock

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements.txt)"
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --editable .
	touch $(INSTALLED)

# GitHub's published OpenAPI description, which the forge's tests hold requests and answers against
$(PUBLISHED): tests/forge/package-lock.json
	npm ci --prefix tests/forge --ignore-scripts --silent
	touch $(PUBLISHED)

# Microsoft's emulator of Azure Blob, on which the slow suite pushes and pulls
$(AZURITE): tests/azure/package-lock.json
	npm ci --prefix tests/azure --ignore-scripts --silent
	touch $(AZURITE)

# papermill and a kernel, by which the slow suite runs notebooks as stages
$(PAPERMILL): tests/papermill/requirements.txt $(INSTALLED)
	$(UV) venv --quiet --clear --python .venv/bin/python .venv/papermill
	$(UV) pip install --quiet --python .venv/papermill/bin/python --require-hashes -r tests/papermill/requirements.txt
	touch $(PAPERMILL)

# Debian's PyTorch beside transformers, for the pages' examples; on other machines than Debian 12 of 64 bits they are skipped
$(TORCH): tests/torch/requirements.txt tests/torch/install.sh $(INSTALLED)
	$(UV) venv --quiet --clear --python .venv/bin/python .venv/torch
	if .venv/bin/python tests/torch/fits.py; then \
	  $(UV) pip install --quiet --python .venv/torch/bin/python --require-hashes -r tests/torch/requirements.txt \
	  && $(UV) pip install --quiet --python .venv/torch/bin/python --no-deps --editable . \
	  && tests/torch/install.sh .venv/torch; \
	fi
	touch $(TORCH)

demo: $(INSTALLED) ## a model's life, played on this machine through the rendered workflows
	.venv/bin/mlops-spec rehearse life --into rehearsal

rehearse: $(INSTALLED) ## another scenario: make rehearse SCENARIO=rollback
	.venv/bin/mlops-spec rehearse $(SCENARIO) --into rehearsal

demo-ray: $(INSTALLED) ## trainings on a Ray cluster, which is started and stopped here
	.venv/bin/mlops-spec rehearse ray --into rehearsal

check: $(INSTALLED) ## format, lint and types, changing nothing
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

test: check $(PUBLISHED) ## what CI runs
	.venv/bin/pytest -n $(WORKERS) --dist loadgroup -m "not slow"

test-wheel: $(INSTALLED) $(PUBLISHED) ## the same tests on a built wheel: make test-wheel WHEEL=dist/x.whl
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --reinstall "$(WHEEL)"
	.venv/bin/pytest -n auto --dist loadgroup -m "not slow"

test-slow: $(INSTALLED) $(PUBLISHED) $(AZURITE) $(PAPERMILL) $(TORCH) ## the suites that take longer
	.venv/bin/pytest -n auto --dist loadgroup -m slow

test-faults: $(INSTALLED) ## the n-th open, mkdir, rename, fsync, write of each command fails
	.venv/bin/python -m tests.faults.sweep

test-hour: $(INSTALLED) ## agent and server under traffic, with bounds on what they take: make test-hour MINUTES=5
	MLOPS_MINUTES=$(MINUTES) .venv/bin/pytest -q -s tests/deploy/test_hour.py

lint: $(INSTALLED) ## format, lint and types
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
	.venv/bin/mypy

fuzz: $(INSTALLED) ## parser, renderer and reader under attack: a million specs, 200,000 texts, 100,000 data files, then Atheris
	.venv/bin/python tests/fuzz/lint.py --cases 1000000
	.venv/bin/python tests/fuzz/hostile.py --cases 200000
	.venv/bin/python tests/fuzz/data.py --cases 100000
	$(UV) pip install --quiet --python .venv/bin/python --target .venv/atheris atheris==3.0.0
	PYTHONPATH=.venv/atheris .venv/bin/python tests/fuzz/coverage_guided.py -max_total_time=600

bench: $(INSTALLED) ## ours beside a peer, in one run, as ratios
	for each in benchmarks/*.py; do .venv/bin/python $$each || exit 1; done

lock: ## refresh the hash-locked dependencies
	$(UV) pip compile pyproject.toml --quiet --all-extras --group test --group lint --generate-hashes --universal --no-header --upgrade --output-file requirements.txt
	$(UV) pip compile --quiet --group pyproject.toml:build --generate-hashes --universal --no-header --upgrade --output-file hatch/requirements.txt
	$(UV) pip compile --quiet --group pyproject.toml:notebooks --generate-hashes --universal --no-header --upgrade --output-file tests/papermill/requirements.txt
	$(UV) pip compile pyproject.toml --quiet --extra run --extra serve --extra onnx --group torch --generate-hashes --python-version 3.11 --python-platform x86_64-manylinux_2_36 --no-header --upgrade --output-file tests/torch/requirements.txt
