# make lab, make test: everything a newcomer needs. The README has the same in plain pip lines.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Jupyter's own limit of 10 MB would break the connection, without a word.
LARGE_UPLOADS := "{'websocket_max_message_size': 200000000}"
# Pages exported from the menu carry their pictures' words; slides keep their own template.
WORDS := --HTMLExporter.template_name=words --SlidesExporter.template_name=reveal
NBVAL := --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg

.PHONY: lab test test-unit test-notebooks test-solved test-abuse test-versions test-browser bench notebooks studio slides student instructor lint

# The mark is set last, so an interrupted set-up is made again.
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	touch $(READY)

lab: $(READY)
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) \
		--ServerApp.tornado_settings=$(LARGE_UPLOADS) $(WORDS) notebooks/00_start_here.ipynb

test: test-unit test-notebooks

test-unit: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests

test-notebooks: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest $(NBVAL) notebooks

# Every exercise solved: what test-notebooks runs unsolved. Notebook 00 has no exercises.
test-solved: instructor
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest $(NBVAL) build/instructor/0[1-5]*.ipynb

# The notebooks run twice, in random orders, read-only, from elsewhere, with VGG19.
test-abuse: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests/abuse -m abuse

# Both ends of every range in pyproject.toml, and the set of a hosted service with the notebooks.
test-versions: $(READY)
	$(BIN)/python -m tools.versions

test-browser: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q -e ".[browser]"
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest -rs tests/browser -m browser

bench: $(READY)
	$(BIN)/python benchmarks/bench.py

notebooks: $(READY)
	$(BIN)/python -m tools.execute

studio: $(READY)
	$(BIN)/voila --Voila.tornado_settings=$(LARGE_UPLOADS) docs/studio.ipynb

slides: $(READY)
	$(BIN)/python -m tools.slides

student instructor: $(READY)
	$(BIN)/python -m tools.forms $@

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
