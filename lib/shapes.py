"""Where a word fits in a shape of a map: for paths of straight lines, as ``M x y l dx dy … z``."""

import re
from functools import lru_cache

LEVELS = 15  # how many heights of a shape are tried


@lru_cache(maxsize=400)
def place_for_word(path):
    """(x, y, width) of the widest room in the path's largest ring, near its middle; None for a path without any."""
    ring = max(rings(path), key=_size, default=None)
    if ring is None or not _size(ring):
        return None
    top, bottom = min(y for _x, y in ring), max(y for _x, y in ring)
    levels = [top + (bottom - top) * number / (LEVELS + 1) for number in range(1, LEVELS + 1)]
    rooms = [(level, *_widest(ring, level)) for level in levels]
    y, left, right = max(rooms, key=lambda room: _worth(room, top, bottom))
    return round((left + right) / 2, 1), round(y, 1), round(right - left, 1)


def rings(path):
    """The rings of the path, each a list of (x, y)."""
    found = []
    for letter, numbers in re.findall(r"([Ml])([^Mlz]*)", path):
        x, y = (float(number) for number in re.findall(r"-?[\d.]+", numbers))
        if letter == "M":
            found.append([(x, y)])
        else:
            before = found[-1][-1]
            found[-1].append((before[0] + x, before[1] + y))
    return found


def _size(ring):
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _widest(ring, level):
    """(left, right) of the widest part of the ring at a height."""
    crossed = sorted(
        a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (a[1] <= level) != (b[1] <= level)
    )
    return max(zip(crossed[::2], crossed[1::2], strict=True), key=lambda part: part[1] - part[0])


def _worth(room, top, bottom):
    """How good a place is: its width, less at the upper and lower ends, where words stick out."""
    level, left, right = room
    off = abs(level - (top + bottom) / 2) / (bottom - top)  # 0 in the middle, 0.5 at the ends
    return (right - left) * (1 - off)
