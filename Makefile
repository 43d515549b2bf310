# `make chat` opens the page, `make test` checks everything; both set themselves up the first time.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: chat test test-all test-model lint bench train screenshots clean

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25"
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

$(VENV)/.installed-ray: $(VENV)/.installed
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,ray]"
	@touch $@

chat: $(VENV)/.installed
	$(RUN) -m ui

lint: $(VENV)/.installed
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy

# By file, since files share what is slow to open; each process holds models of its own, so not many of them.
test: lint
	$(RUN) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-all: $(VENV)/.installed-ray lint
	$(RUN) -m pytest -m "slow or not slow" --timeout 1800 --hypothesis-profile search

# make test-model MODEL=ollama:llama3.2 [MODEL_URL=http://127.0.0.1:8000/v1]
test-model: $(VENV)/.installed
	$(RUN) -m pytest tests/qa/test_language_model.py --timeout 1800 --model "$(MODEL)" --model-url "$(MODEL_URL)"

bench: $(VENV)/.installed
	$(RUN) benchmarks/citation_check.py --collections training/collections

train: $(VENV)/.installed
	$(RUN) -m training

screenshots: $(VENV)/.installed
	$(RUN) tests/ui/screenshots.py docs

clean:
	rm -rf $(VENV) build dist *.egg-info
