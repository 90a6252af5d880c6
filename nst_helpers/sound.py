"""Sounds in and out: every sound in the series is (n,), one channel, 16 kHz, [-1, 1], float32."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from nst_helpers.files import file_to_write, opened, write_whole
from nst_helpers.gallery import DATA
from nst_helpers.refusals import array, known, number

RATE = 16_000  # samples a second: all that a spectrogram of 8 kHz needs
SHORTEST, LONGEST = 0.2, 600.0  # seconds
RATES = (1_000, 768_000)  # of files
FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}


class Recording(NamedTuple):
    """One bundled sound: its title, credit, licence and file."""

    title: str
    credit: str
    licence: str
    path: Path


def _entry(name: str, title: str, credit: str) -> tuple[str, Recording]:
    credit = f"{credit}; freesound.org, Sonic Pi"
    return name, Recording(title, credit, "CC0", DATA / "sound" / f"{name}.wav")


RECORDINGS: dict[str, Recording] = dict(
    [
        _entry("guitar", "Arpeggio on an electric guitar", "Sub-d, sound 46992, 2008"),
        _entry("tabla", "Tabla loop", "lezaarth, sound 242591, 2015"),
        _entry("bell", "Struck bell", "AlaskaRobotics, sound 221515, 2014"),
        _entry("safari", "Percussion loop", "nemaavla, sound 318759, 2015"),
        _entry("vinyl", "Hiss of a record", "veezay, sound 130393, 2011"),
    ]
)


def load_recording(name: str, seconds: float | None = None) -> np.ndarray:
    """Load a bundled sound by its name in ``RECORDINGS``.

    Parameters
    ----------
    name : str
        For example "bell".
    seconds : float or None
        Take the beginning only, 0.2 s or more; None takes all (5 s).

    Returns
    -------
    numpy.ndarray
        float32, (n,), 16 kHz, in [-1, 1].

    Raises
    ------
    ValueError
        No such name (the nearest ones are given), or an impossible number of seconds.
    FileNotFoundError
        The file is missing from `data/`.
    """
    known(name, RECORDINGS, "There is no recording")
    return load_sound(RECORDINGS[name].path, seconds)


def load_sound(source: str | Path | bytes, seconds: float | None = None) -> np.ndarray:
    """Read a sound and bring it into the one form that the series uses.

    Several channels are averaged, another rate is changed to 16 kHz, and a file that is louder
    than the form allows is turned down. A beginning that is cut out is faded, as by ``faded``.

    Parameters
    ----------
    source : path or bytes
        A file, or the content of one: WAV of 8, 16, 24 or 32 bits or floats, FLAC, OGG, MP3, AIFF.
    seconds : float or None
        Take the beginning only, 0.2 s or more; None takes all.

    Returns
    -------
    numpy.ndarray
        float32, (n,), 16 kHz, in [-1, 1].

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        There is no such file, or it is a folder.
    TypeError
        The source is of another kind.
    ValueError
        Not a sound, damaged, too short, too long, at an odd rate, or with NaN in it.
    """
    if seconds is not None:
        seconds = _seconds(seconds)
    if isinstance(source, bytes | bytearray | memoryview):
        return _decode(io.BytesIO(source), f"the {len(source)} bytes given", seconds)
    if not isinstance(source, str | Path):
        raise TypeError(
            f"A sound cannot be read from {type(source).__name__}. Give a path or bytes."
        )
    with opened(source, "sound") as stream:
        return _decode(stream, f"'{Path(stream.name).name}'", seconds)


def as_sound(sound: np.ndarray, name: str = "sound") -> np.ndarray:
    """Return the sound as a float32 array, or say what is wrong with it.

    Parameters
    ----------
    sound : array (n,)
        16 kHz, in [-1, 1].
    name : str
        What the message calls it.

    Returns
    -------
    numpy.ndarray
        float32, (n,).

    Raises
    ------
    TypeError
        Not an array of numbers.
    ValueError
        Another shape, shorter than 0.2 s, values outside [-1, 1], or NaN.
    """
    samples = array(sound, name, "n")
    if len(samples) < SHORTEST * RATE:
        raise ValueError(
            f"{name} has {len(samples)} samples, expected {SHORTEST * RATE:.0f} or more: "
            f"{SHORTEST} s at {RATE} Hz."
        )
    if not np.isfinite(samples).all():
        raise ValueError(f"{name} holds NaN or infinite values; expected numbers in [-1, 1].")
    if np.abs(samples).max() > 1 + 1e-3:
        raise ValueError(
            f"{name} ranges from {samples.min():.3g} to {samples.max():.3g}, expected [-1, 1]. "
            "Divide 16-bit values by 32768."
        )
    return np.float32(samples)


def save_sound(sound: np.ndarray, path: str | Path) -> Path:
    """Write the sound to a file, whole or not at all.

    Parameters
    ----------
    sound : array (n,)
        16 kHz, in [-1, 1].
    path : str or Path
        Ends in .wav, .flac, .ogg or .mp3. An existing file is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    TypeError, ValueError
        Not a sound of that form, or an unknown ending.
    FileNotFoundError, IsADirectoryError
        The folder does not exist, or the path is one.
    OSError
        The disk is full, or nothing may be written there.
    """
    path = file_to_write(path, FORMATS)
    write_whole(encode_sound(sound, FORMATS[path.suffix.lower()]), path)
    return path


def encode_sound(sound: np.ndarray, kind: str = "MP3") -> bytes:
    """Return the sound as the content of a file.

    Parameters
    ----------
    sound : array (n,)
        16 kHz, in [-1, 1].
    kind : {"MP3", "WAV", "FLAC", "OGG"}
        MP3 is the smallest that every browser plays: 5 kB a second.

    Returns
    -------
    bytes
        One channel, 16 kHz; WAV and FLAC with 16 bits.

    Raises
    ------
    TypeError, ValueError
        Not a sound of that form.
    """
    stream = io.BytesIO()
    soundfile.write(stream, np.clip(as_sound(sound), -1, 1), RATE, format=kind)
    return stream.getvalue()


def at_loudness(sound: np.ndarray, loudness: float) -> np.ndarray:
    """Return the sound turned up or down to a loudness.

    Parameters
    ----------
    sound : array (n,)
        16 kHz, in [-1, 1], not silent.
    loudness : float
        Root mean square of the samples, above 0.

    Returns
    -------
    numpy.ndarray
        float32, (n,).

    Raises
    ------
    TypeError, ValueError
        Not a sound, a silent one, or a loudness at which the highest sample would pass 1.
    """
    sound = as_sound(sound)
    loudness = float(number(loudness, "loudness", above_zero=True))
    now = math.sqrt(np.mean(np.square(sound, dtype=np.float64)))
    if not now:
        raise ValueError("sound is silent: nothing can be turned up. Give one that is heard.")
    if (most := now / np.abs(sound).max()) < loudness:
        raise ValueError(
            f"loudness is {loudness}, expected at most {most:.2g}: beyond it, the highest sample "
            "passes 1."
        )
    return np.float32(sound * (loudness / now))


def faded(sound: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    """Return the sound with its beginning and end faded, so that no edge clicks.

    Parameters
    ----------
    sound : array (n,)
        16 kHz, in [-1, 1].
    seconds : float
        Length of each of the two fades, up to half of the sound.

    Returns
    -------
    numpy.ndarray
        float32, (n,).

    Raises
    ------
    TypeError, ValueError
        Not a sound, or an impossible number of seconds.
    """
    sound = as_sound(sound).copy()
    n = round(float(number(seconds, "seconds", above_zero=True)) * RATE)
    if not 0 < n <= len(sound) // 2:
        raise ValueError(
            f"seconds is {seconds}, expected at most {len(sound) / RATE / 2:.3g}, half of it."
        )
    rise = np.sin(np.linspace(0, np.pi / 2, n, endpoint=False, dtype=np.float32)) ** 2
    sound[:n] *= rise
    sound[-n:] *= rise[::-1]
    return sound


def _seconds(seconds: float) -> float:
    seconds = float(number(seconds, "seconds", above_zero=True))
    if not SHORTEST <= seconds <= LONGEST:
        raise ValueError(f"seconds is {seconds:g}, expected {SHORTEST} to {LONGEST:g}.")
    return seconds


def _decode(stream, name: str, seconds: float | None) -> np.ndarray:
    try:
        with soundfile.SoundFile(stream) as file:
            rate, frames = file.samplerate, file.frames
            if not RATES[0] <= rate <= RATES[1]:
                raise ValueError(
                    f"{name} has {rate} samples a second, expected {RATES[0]} to {RATES[1]}. "
                    "Save it at 44100."
                )
            if seconds is None and frames > LONGEST * rate:
                raise ValueError(
                    f"{name} lasts {frames / rate / 60:.0f} minutes; at most "
                    f"{LONGEST / 60:g} are read. Take its beginning: seconds=10."
                )
            wanted = -1 if seconds is None else math.ceil(seconds * rate)
            samples = file.read(wanted, dtype="float32", always_2d=True)
    except soundfile.SoundFileError as error:
        raise ValueError(
            f"{name} is not a sound that can be read, or it is damaged or cut off. "
            "Use a WAV, FLAC, OGG or MP3 file."
        ) from error
    sound = samples.mean(axis=1)
    if not np.isfinite(sound).all():
        raise ValueError(f"{name} holds NaN or infinite samples. Save it again, as 16-bit WAV.")
    if len(sound) < SHORTEST * rate:
        raise ValueError(
            f"{name} lasts {len(sound) / rate:.3g} s; at least {SHORTEST} s are needed. "
            "Take a longer one."
        )
    if rate != RATE:
        sound = _at_our_rate(sound, rate)
    # Changing the rate can overshoot a little, and files of floats may be of any loudness.
    sound = sound / max(1.0, float(np.abs(sound).max()))
    is_cut = seconds is not None and frames > len(samples)
    return faded(sound) if is_cut else np.float32(sound)


def _at_our_rate(sound: np.ndarray, rate: int) -> np.ndarray:
    from scipy.signal import resample_poly  # takes a second, and most files need it not

    common = math.gcd(RATE, rate)
    return resample_poly(sound, RATE // common, rate // common)
