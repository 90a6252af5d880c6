"""A film of a run: what is in the file, and that it is written whole or not at all."""

import io
import itertools
import re

import numpy as np
import pytest
from PIL import Image

from nst_helpers import StyleTransfer
from nst_helpers.film import LAST, encode_film, save_film
from tools.series import ROOT

GREYS = [np.full((1, 30, 40, 3), shade, np.float32) for shade in (0.0, 0.5, 1.0)]


def frames_of(content):
    with Image.open(io.BytesIO(content)) as film:
        for n in range(film.n_frames):
            film.seek(n)
            film.load()
            yield np.asarray(film.convert("RGB")) / 255, film.info["duration"]


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_a_film_shows_the_pictures_in_turn_and_the_last_one_longer(kind):
    shown = list(frames_of(encode_film(GREYS, kind, pace=10)))
    assert [duration for _, duration in shown] == [100, 100, LAST]
    for (picture, _), grey in zip(shown, GREYS, strict=True):
        assert picture.shape == (30, 40, 3)
        np.testing.assert_allclose(picture, grey[0], atol=0.02)


def test_a_film_begins_anew_at_its_end():
    with Image.open(io.BytesIO(encode_film(GREYS))) as film:
        assert film.info["loop"] == 0


def test_pictures_of_coarser_levels_become_as_large_as_the_last():
    small = np.full((1, 15, 20, 3), 0.2, np.float32)
    shown = list(frames_of(encode_film([small, GREYS[1]], size=20)))
    assert [picture.shape for picture, _ in shown] == [(15, 20, 3)] * 2


def test_steps_are_filmed_as_they_come(vgg, content, style, tmp_path):
    path = save_film(StyleTransfer(content, style, vgg).steps(3), tmp_path / "run.webp", size=32)
    shown = list(frames_of(path.read_bytes()))
    assert len(shown) == 3
    assert max(shown[0][0].shape) == 32


@pytest.mark.parametrize(
    ("frames", "name", "options", "says"),
    [
        (GREYS, "film.mp4", {}, "End the name in .webp, .gif"),
        (GREYS[:1], "film.webp", {}, "1 pictures; a film needs two"),
        (GREYS, "film.webp", {"pace": 0}, "pace"),
        (GREYS, "film.webp", {"size": 1}, "size"),
        ([GREYS[0], GREYS[1][0]], "film.webp", {}, "shape"),
    ],
)
def test_what_cannot_be_filmed_is_refused_and_nothing_is_written(
    tmp_path, frames, name, options, says
):
    with pytest.raises(ValueError, match=says):
        save_film(frames, tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_a_run_that_breaks_leaves_the_old_film(tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"the old one")

    def breaks():
        yield from GREYS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_film(breaks(), path)
    assert path.read_bytes() == b"the old one"
    assert [one.name for one in tmp_path.iterdir()] == ["film.gif"]


def test_an_endless_iterator_is_cut_by_the_reader():
    assert len(list(frames_of(encode_film(itertools.islice(itertools.cycle(GREYS), 5))))) == 5


def test_the_readme_begins_with_a_film_of_the_studio():
    """Small enough for a slow network, and long enough for sliders to move."""
    first = re.search(r"!\[(.+?)\]\((.+?)\)", (ROOT / "README.md").read_text("utf-8"))
    assert "film of the style studio" in first[1]
    path = ROOT / first[2]
    assert path.stat().st_size <= 3_000_000
    with Image.open(path) as film:
        assert film.n_frames >= 30 and min(film.size) >= 600
