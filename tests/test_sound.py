"""Sounds in, from files of every kind, and out again, whole or not at all."""

import io
import os

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from nst_helpers.sound import (
    FORMATS,
    RATE,
    RECORDINGS,
    as_sound,
    at_loudness,
    encode_sound,
    faded,
    load_recording,
    load_sound,
    save_sound,
)


def tone(frequency=440.0, seconds=1.0, rate=RATE, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def as_file(samples, rate=RATE, kind="WAV", subtype=None):
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format=kind, subtype=subtype)
    return stream.getvalue()


def loudest_frequency(sound):
    return np.abs(np.fft.rfft(sound)).argmax() * RATE / len(sound)


# In


@pytest.mark.parametrize(
    ("subtype", "error"),
    [("PCM_U8", 0.01), ("PCM_16", 1e-4), ("PCM_24", 1e-6), ("PCM_32", 1e-6), ("FLOAT", 1e-6)],
)
def test_all_depths_give_the_same_sound(subtype, error):
    sound = load_sound(as_file(tone(), subtype=subtype))
    assert sound.shape == (RATE,)
    assert sound.dtype == np.float32
    np.testing.assert_allclose(sound, tone(), atol=error)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_all_kinds_of_files_are_read(kind):
    sound = load_sound(as_file(tone(), kind=kind))
    assert abs(loudest_frequency(sound) - 440) < 2
    assert abs(np.std(sound) - np.std(tone())) < 0.02


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000])
def test_other_rates_keep_pitch_length_and_loudness(rate):
    sound = load_sound(as_file(tone(rate=rate), rate))
    assert abs(len(sound) - RATE) <= 1
    assert abs(loudest_frequency(sound) - 440) < 2
    middle = sound[1000:-1000]
    assert abs(np.std(middle) - np.std(tone())) < 0.01


def test_what_our_rate_cannot_hold_is_gone_not_folded_back():
    sound = load_sound(as_file(tone(11_000, rate=44_100), 44_100))
    assert np.abs(sound[1000:-1000]).max() < 0.01


def test_channels_are_averaged():
    left, right = tone(440), tone(660, amplitude=0.2)
    sound = load_sound(as_file(np.stack([left, right], axis=1)))
    np.testing.assert_allclose(sound, (left + right) / 2, atol=1e-4)
    gone = load_sound(as_file(np.stack([left, -left], axis=1)))
    np.testing.assert_allclose(gone, 0, atol=1e-4)


def test_silence_is_a_sound():
    for subtype in ("PCM_U8", "PCM_16"):
        assert not load_sound(as_file(np.zeros(RATE), subtype=subtype)).any()


def test_a_file_of_floats_is_turned_down():
    sound = load_sound(as_file(4 * tone(), subtype="FLOAT"))
    assert np.abs(sound).max() == pytest.approx(1)
    np.testing.assert_allclose(sound, 2 * tone(), atol=1e-3)


def test_a_beginning_is_cut_out_and_fades():
    sound = load_sound(as_file(tone(seconds=2) + 0.3), seconds=0.5)
    assert len(sound) == RATE // 2
    assert abs(sound[0]) < 1e-6
    assert abs(sound[-1]) < 0.01
    np.testing.assert_allclose(sound[200:-200], (tone() + 0.3)[200:7800], atol=1e-4)
    whole = load_sound(as_file(tone() + 0.3), seconds=600)
    np.testing.assert_allclose(whole, tone() + 0.3, atol=1e-4)


def test_paths_and_bytes_give_the_same(tmp_path):
    path = tmp_path / "a tone.wav"
    path.write_bytes(as_file(tone()))
    expected = load_sound(path.read_bytes())
    for source in (path, str(path), f"'{path}'", bytearray(path.read_bytes())):
        np.testing.assert_array_equal(load_sound(source), expected)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a sound"),
        (b"no sound at all" * 100, "not a sound"),
        (as_file(tone())[:30], "damaged|not a sound"),
        (as_file(tone(seconds=0.1)), "0.1 s; at least 0.2 s"),
        (as_file(np.zeros(0)), "0 s; at least"),
        (as_file(tone(), 500), "500 samples a second"),
        (as_file(tone(), 900_000), "900000 samples a second"),
        (as_file(np.zeros(700 * 1000, np.int16), 1000), "lasts 12 minutes"),
        (as_file(np.full(RATE, np.nan), subtype="FLOAT"), "NaN"),
        (as_file(np.full(RATE, np.inf), subtype="FLOAT"), "NaN or infinite"),
    ],
    ids=["empty", "text", "cut off", "short", "nothing", "slow", "fast", "long", "NaN", "infinite"],
)
def test_what_is_no_sound_is_refused_in_a_sentence(content, words):
    with pytest.raises(ValueError, match=words) as caught:
        load_sound(content)
    assert str(caught.value).endswith(".")


def test_of_a_long_file_the_beginning_is_read():
    assert len(load_sound(as_file(np.zeros(700 * 1000, np.int16), 1000), seconds=2)) == 2 * RATE


def test_a_picture_is_no_sound():
    from nst_helpers import PICTURES

    with pytest.raises(ValueError, match=r"'flower\.jpg' is not a sound"):
        load_sound(PICTURES["flower"].path)


def test_places_without_a_file_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file"):
        load_sound(tmp_path / "nothing.wav")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        load_sound(tmp_path)
    with pytest.raises(FileNotFoundError, match="address"):
        load_sound("https://example.org/bell.wav")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.wav")
        with pytest.raises(ValueError, match="pipe"):
            load_sound(tmp_path / "pipe.wav")


@pytest.mark.parametrize("source", [None, 3, np.zeros(RATE), ["bell.wav"]])
def test_other_sources_are_refused(source):
    with pytest.raises(TypeError, match="Give a path or bytes"):
        load_sound(source)


@pytest.mark.parametrize("seconds", [0, -1, 0.1, 601, np.nan, np.inf, "4", True])
def test_impossible_lengths_are_refused(seconds):
    with pytest.raises((TypeError, ValueError), match="seconds is"):
        load_recording("bell", seconds)


def test_the_recordings():
    for name in RECORDINGS:
        sound = load_recording(name)
        assert sound.shape == (5 * RATE,)
        assert 0.01 < np.std(sound) < 0.3
        assert load_recording(name, 1.5).shape == (24_000,)
    with pytest.raises(ValueError, match="Did you mean bell"):
        load_recording("bells")
    with pytest.raises(ValueError, match="no recording None"):
        load_recording(None)


# Out


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_saved_is_read_again(tmp_path, ending):
    path = save_sound(np.float32(tone()), tmp_path / f"tone{ending}")
    sound = load_sound(path)
    assert abs(loudest_frequency(sound) - 440) < 2
    assert os.listdir(tmp_path) == [path.name]
    if ending in (".wav", ".flac"):
        np.testing.assert_allclose(sound, tone(), atol=1e-4)


def test_a_file_is_replaced_whole_or_stays(tmp_path, monkeypatch):
    path = save_sound(tone(), tmp_path / "tone.wav")
    before = path.read_bytes()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"'tone\.wav' cannot be written .*No space left"):
        save_sound(tone(660), path)
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["tone.wav"]
    assert path.read_bytes() == before
    save_sound(tone(660), path)
    assert abs(loudest_frequency(load_sound(path)) - 660) < 2


def test_bad_places_and_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"End the name in \.wav, \.flac, \.ogg, \.mp3"):
        save_sound(tone(), tmp_path / "tone.mid")
    with pytest.raises(FileNotFoundError, match="does not exist"):
        save_sound(tone(), tmp_path / "nowhere" / "tone.wav")
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(IsADirectoryError):
        save_sound(tone(), tmp_path / "folder.wav")
    with pytest.raises(TypeError, match="path is None"):
        save_sound(tone(), None)


def test_an_encoded_sound_is_small():
    assert len(encode_sound(load_recording("guitar"))) < 40_000


# The form


@pytest.mark.parametrize(
    ("sound", "error", "words"),
    [
        (None, TypeError, "NoneType"),
        ("bell.wav", TypeError, "str"),
        (np.zeros(RATE, complex), TypeError, "array of numbers"),
        (np.zeros((RATE, 2)), ValueError, r"shape \(16000, 2\)"),
        (np.zeros(0), ValueError, r"shape \(0,\)"),
        (np.zeros(3199), ValueError, "3200 or more"),
        (np.full(RATE, np.nan), ValueError, "NaN"),
        (np.full(RATE, 300), ValueError, "Divide 16-bit values"),
    ],
)
def test_bad_sounds_are_refused_everywhere(sound, error, words, tmp_path):
    for function in (
        as_sound,
        faded,
        encode_sound,
        lambda s: at_loudness(s, 0.1),
        lambda s: save_sound(s, tmp_path / "s.wav"),
    ):
        with pytest.raises(error, match=words):
            function(sound)
    assert not os.listdir(tmp_path)


def test_loudness_is_the_root_mean_square():
    for sound in (np.float32(tone()), load_recording("bell")):
        louder = at_loudness(sound, 0.08)
        assert np.sqrt(np.mean(np.float64(louder) ** 2)) == pytest.approx(0.08, rel=1e-5)
        np.testing.assert_allclose(louder / 0.08, sound / np.std(sound), rtol=0.02, atol=0.02)
    with pytest.raises(ValueError, match="silent"):
        at_loudness(np.zeros(RATE), 0.1)
    with pytest.raises(ValueError, match=r"at most 0\.71"):
        at_loudness(tone(), 0.8)
    for loudness in (0, -1, np.nan, "loud", None):
        with pytest.raises((TypeError, ValueError), match="loudness is"):
            at_loudness(tone(), loudness)


def test_fading_touches_the_ends_only_and_leaves_the_sound_given_alone():
    sound = np.full(RATE, 0.5, np.float32)
    soft = faded(sound, 0.02)
    assert (sound == 0.5).all()
    assert soft[0] == 0
    assert soft[-1] == 0
    assert (np.diff(soft[:320]) > 0).all()
    assert (np.diff(soft[-320:]) < 0).all()
    assert (soft[320:-320] == 0.5).all()
    for seconds in (0, -1, 0.6, np.nan, "1"):
        with pytest.raises((TypeError, ValueError), match="seconds is"):
            faded(sound, seconds)


def test_resampling_is_that_of_scipy():
    given = tone(rate=48_000)
    expected = resample_poly(np.float32(given), 1, 3)
    np.testing.assert_allclose(load_sound(as_file(given, 48_000)), expected, atol=1e-4)
