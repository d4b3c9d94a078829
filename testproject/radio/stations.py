"""Four stations and their sound: chords without an end, made when they are first listened to."""

from __future__ import annotations

import io
import math
import wave
from array import array
from functools import cache
from typing import NamedTuple

RATE = 11025  # samples a second
SECONDS = 8  # of a loop: every tone below fits in without a seam
LOUDEST = 32767


class Station(NamedTuple):
    """``chord``: its tones in Hz; ``pulse``: how often a second each of them swells."""

    slug: str
    name: str
    place: str
    about: str
    chord: tuple[float, ...]
    pulse: tuple[float, ...]
    colours: tuple[str, str, str]
    songs: tuple[str, ...]


STATIONS = (
    Station(
        "dawn",
        "First Light",
        "Tromsø, 69.6° N",
        "Slow chords for the hour before anybody writes to you.",
        (110.0, 164.75, 220.0, 277.25),
        (0.125, 0.25, 0.375, 0.25),
        ("#ffb26b", "#f2577a", "#5b3aa6"),
        ("Window, East", "Kettle On", "The Long Way to the Stop", "Grey, Then Not"),
    ),
    Station(
        "harbour",
        "Harbour Hum",
        "Porto, 41.1° N",
        "Moored boats, far engines, gulls left out.",
        (98.0, 146.75, 196.0, 293.75),
        (0.25, 0.125, 0.5, 0.25),
        ("#7fe0d4", "#1f8fb5", "#173a63"),
        ("Rope and Ring", "Ferry 16:40", "Fog Bank", "Low Water"),
    ),
    Station(
        "ember",
        "Ember",
        "Oaxaca, 17.0° N",
        "What is left of a fire, and of the talk around it.",
        (123.5, 155.5, 185.0, 246.875),
        (0.375, 0.25, 0.125, 0.5),
        ("#ffd27a", "#ff7a3c", "#8a1f1f"),
        ("Cinder", "Two Chairs", "Nobody Says Goodnight", "Ash"),
    ),
    Station(
        "night",
        "Night Train",
        "Between Kraków and Lviv",
        "Sleepers, signals, a lamp in somebody's kitchen.",
        (82.375, 123.5, 164.75, 207.625),
        (0.5, 0.25, 0.5, 0.125),
        ("#9db4ff", "#4a55c8", "#141238"),
        ("Compartment 7", "Points", "A Town Without Its Name", "Border, Asleep"),
    ),
)
BY_SLUG = {station.slug: station for station in STATIONS}


@cache
def sound(slug: str) -> bytes:
    """The loop of a station, as a WAV file."""
    station = BY_SLUG[slug]
    voices = [
        (math.tau * tone / RATE, math.tau * pulse / RATE, 0.4 / (1 + place))
        for place, (tone, pulse) in enumerate(zip(station.chord, station.pulse, strict=True))
    ]
    samples = array(
        "h",
        (
            int(
                sum(
                    part * math.sin(tone * n) * (0.6 - 0.4 * math.cos(pulse * n))
                    for tone, pulse, part in voices
                )
                * LOUDEST
                * 0.6
            )
            for n in range(RATE * SECONDS)
        ),
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(samples.tobytes())
    return file.getvalue()
