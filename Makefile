# Every recipe is a small script; a second run of any of them sets nothing up again.
SHELL := /bin/bash
PORT ?= 8000
ARGS ?=
PYTHON ?= $(shell scripts/find_python)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all check bench client screenshots clean

help:
	@echo "make demo    serve the test project at http://127.0.0.1:$(PORT)/ (PORT=… for another port)"
	@echo "make test    everything: lint, types, docs, all tests, further Pythons (ARGS=… goes to pytest, then only that)"
	@echo "make test-all  that and what takes longer: a second pass over the features, every page, all pictures"
	@echo "make check   lint, format and types only"
	@echo "make bench   measure server CPU per message beside a bare ASGI app and stock Channels"
	@echo "make client  bundle the Phoenix clients anew"
	@echo "make screenshots  take the docs' pictures of the product in the test project"
	@echo "make clean   remove what the others made (virtual environments, caches, built files)"

demo:
	@$(PYTHON) scripts/demo.py --port $(PORT)

test:
	@$(PYTHON) scripts/run_tests.py $(ARGS)

test-all:
	@$(PYTHON) scripts/run_tests.py --all

check:
	@$(PYTHON) scripts/run_tests.py --check

bench:
	@$(PYTHON) scripts/run_bench.py $(ARGS)

client:
	@$(PYTHON) scripts/environment.py client

screenshots:
	@$(PYTHON) scripts/environment.py dev && .venv/bin/python scripts/roost_pictures.py $(ARGS)

clean:
	rm -rf .venv .venv-* .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist site
	find django_phoenix/static/django_phoenix -type f ! -name .gitkeep -delete
