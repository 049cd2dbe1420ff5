# SPDX-License-Identifier: BSD-2-Clause
"""make_history.py FILE [NAME=ADDRESS]... - a month of history as ntp-exporter keeps it, made up: offsets
that wander, a gap, a disturbance, a load that follows the day. For the pictures of the page, and to
measure what a full history takes."""
import math
import random
import struct
import sys
import time

FINE_S, FINE_N, COARSE_S, COARSE_N, PLACES = 10, 8640, 300, 8640, 16
random.seed(7)
now = int(time.time())


def row(at, spread):
    day = math.sin(2 * math.pi * (at % 86400) / 86400)
    disturbed = 3 * 3600 < now - at < 3 * 3600 + 900
    offset = 20e-6 * day + random.gauss(0, 8e-6) + (400e-6 if disturbed else 0)
    nan = float("nan")
    sources = [offset + random.gauss(0, 60e-6) for _ in sys.argv[2:]]
    sources += [nan] * (PLACES - len(sources))
    return struct.pack("<q9f%df4x" % PLACES, at, offset, offset - spread, offset + spread,
                       900e-6 + 300e-6 * day, -12.3 + 0.05 * day + random.gauss(0, 0.003), 8e-6,
                       30 + 20 * day, 1.5 + day, 1.0, *sources)


def ring(step, n, spread):
    first = now - step * n
    rows = [row(first + step * i, spread) for i in range(n) if not 5 * 3600 < n * step - step * i < 5.4 * 3600]
    return len(rows), b"".join(rows)


fine_n, fine = ring(FINE_S, FINE_N, 0)
coarse_n, coarse = ring(COARSE_S, COARSE_N, 25e-6)
places = b"".join(struct.pack("<80s80sq", *(w.encode() for w in a.split("=")), now) for a in sys.argv[2:])
places += bytes(168 * (PLACES - len(sys.argv[2:])))
with open(sys.argv[1], "wb") as out:
    out.write(struct.pack("<8s4I", b"NTPHIS1", 112, 168, fine_n, coarse_n))
    out.write(places + fine + coarse)
