# make lab, make test: everything a newcomer needs. The README has the same in plain pip lines.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Two files or notebooks at a time: much of a test is Python's own, on one core.
TWO := -n 2 --dist loadfile

.PHONY: lab test test-unit test-notebooks test-solved test-abuse test-versions test-browser bench notebooks hosted ja studio film slides book student instructor lint

# The mark is set last, so an interrupted set-up is made again.
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	touch $(READY)

lab: $(READY)
	$(BIN)/python -m tools.lab

test: test-unit test-notebooks

test-unit: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests $(TWO)

# TensorFlow's own notes on the processor, which come now and then, are no output to compare.
test-notebooks: $(READY)
	TF_CPP_MIN_LOG_LEVEL=3 NST_BACKBONE=vgg16 $(BIN)/python -m pytest --nbval notebooks $(TWO)

# Every exercise solved: what test-notebooks runs unsolved. Notebook 00 has no exercises.
test-solved: instructor
	TF_CPP_MIN_LOG_LEVEL=3 NST_BACKBONE=vgg16 $(BIN)/python -m pytest --nbval build/instructor/0[1-9]*.ipynb $(TWO)

# The notebooks run twice, in random orders, read-only, from elsewhere, with VGG19.
test-abuse: $(READY)
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest tests/abuse -m abuse

# Both ends of every range in pyproject.toml, and the set of a hosted service with the notebooks.
test-versions: $(READY)
	$(BIN)/python -m tools.versions

test-browser: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q -e ".[browser,book]"
	NST_BACKBONE=vgg16 $(BIN)/python -m pytest -rs tests/browser -m browser

bench: $(READY)
	$(BIN)/python benchmarks/bench.py

notebooks: $(READY)
	$(BIN)/python -m tools.execute

# The first cell of every notebook, after its address has changed in tools/hosted.py.
hosted: $(READY)
	$(BIN)/python -m tools.hosted

# What the Japanese edition lacks, and sheets to fill in: build/ja.
ja: $(READY)
	$(BIN)/python -m tools.translate ja

studio: $(READY)
	$(BIN)/python -m tools.lab studio

# The README's film of the studio, taken in a real browser.
film: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q -e ".[browser]"
	$(BIN)/python -m tools.film

slides: $(READY)
	$(BIN)/python -m tools.slides

book: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check -q -e ".[book]"
	$(BIN)/python -m tools.book

student instructor: $(READY)
	$(BIN)/python -m tools.forms $@

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
