# make lab, make test: everything a newcomer needs. The README has the same in plain pip lines.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
NBVAL := --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg

.PHONY: lab test test-unit test-notebooks test-solved test-browser notebooks studio slides student instructor lint

# The mark is set last, so an interrupted set-up is made again.
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	touch $(READY)

lab: $(READY)
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks/00_start_here.ipynb

test: test-unit test-notebooks

test-unit: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests

test-notebooks: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest $(NBVAL) notebooks

# Every exercise solved: what test-notebooks runs unsolved. Notebook 00 has no exercises.
test-solved: instructor
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest $(NBVAL) build/instructor/0[1-5]*.ipynb

test-browser: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q "playwright>=1.50,<2"
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests/browser --run-browser

notebooks: $(READY)
	$(BIN)/python notebooks/execute.py

studio: $(READY)
	$(BIN)/voila docs/studio.ipynb

slides: $(READY)
	$(BIN)/python docs/build_slides.py

student instructor: $(READY)
	$(BIN)/python docs/build_forms.py $@

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
