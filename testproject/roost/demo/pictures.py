"""Pictures for the demo's attachments, drawn here: a small PNG of soft hills, another one for each name."""

from __future__ import annotations

import math
import random
import struct
import zlib

WIDTH, HEIGHT = 480, 300
SKIES = (
    ((255, 214, 170), (255, 241, 224)),
    ((173, 204, 255), (236, 244, 255)),
    ((226, 190, 240), (251, 238, 255)),
)
HILLS = (((214, 104, 60), (150, 62, 38)), ((64, 112, 168), (34, 66, 110)), ((140, 84, 150), (84, 46, 100)))


def mixed(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def hills(name: str) -> bytes:
    """A PNG, WIDTH by HEIGHT pixels."""
    chance = random.Random(name)
    sky, hill = (chance.choice(palette) for palette in (SKIES, HILLS))
    waves = [
        (HEIGHT * (0.45 + 0.17 * n), chance.uniform(18, 42), chance.uniform(70, 130), chance.uniform(0, 6))
        for n in range(3)
    ]
    tops = [
        [base + high * math.sin(x / wide + shift) for x in range(WIDTH)] for base, high, wide, shift in waves
    ]
    rows = bytearray()
    for y in range(HEIGHT):
        air = mixed(sky[0], sky[1], y / HEIGHT)
        rows.append(0)
        for x in range(WIDTH):
            depth = sum(y > top[x] for top in tops)
            rows += bytes(mixed(hill[0], hill[1], depth / 3) if depth else air)
    return png(bytes(rows))


def png(rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
