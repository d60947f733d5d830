"""Synthetic files in the formats of the census, for the toy county's squares."""

from __future__ import annotations

import io
import zipfile

EAST, NORTH = 4_190_000, 3_390_000


def square(i, j, size=1000):
    """Id and middle of a square: column i, row j of the toy county's grid of that size."""
    north, east = NORTH + j * size, EAST + i * size
    return f"CRS3035RES{size}mN{north}E{east}", east + size // 2, north + size // 2


def grid_csv(rows, columns="Einwohner", *, size="1km", newline="\n", head=None):
    """A CSV file as published: rows are (i, j, values joined by ;)."""
    metres = {"100m": 100, "1km": 1000, "10km": 10_000}[size]
    first = head or f"GITTER_ID_{size};x_mp_{size};y_mp_{size};{columns}"
    lines = [first]
    for i, j, values in rows:
        key, x, y = square(i, j, metres)
        lines.append(f"{key};{x};{y};{values}")
    return newline.join(lines) + newline


def zipped(members):
    """Bytes of a ZIP with members by their names."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def theme(name, columns, rows_100m, rows_1km):
    """The ZIP of a theme, with all three sizes and the description, in a folder."""
    return zipped(
        {
            f"{name}/Datensatzbeschreibung_{name}.xlsx": b"PK",
            f"{name}/Zensus2022_{name}_100m-Gitter.csv": grid_csv(rows_100m, columns, size="100m"),
            f"{name}/Zensus2022_{name}_1km-Gitter.csv": grid_csv(rows_1km, columns),
            f"{name}/Zensus2022_{name}_10km-Gitter.csv": grid_csv(
                [(0, 0, ";".join("9" for _ in columns.split(";")))], columns, size="10km"
            ),
        }
    )
