"""COVERAGE as a table -> as arrays, for tests that write it down row by row."""

from __future__ import annotations

import numpy as np

from geo_integration.frames import REASONS, Coverage


def as_coverage(table, cells=None):
    """Coverage with the categories, day types and cells in the order in which they come."""
    categories = tuple(dict.fromkeys(table["category"]))
    days = tuple(dict.fromkeys(table["day_type"]))
    ids = list(dict.fromkeys(table["cell_id"])) if cells is None else cells["cell_id"].tolist()
    rows = table.set_index(["category", "day_type", "cell_id"])
    rows = rows.loc[[(c, d, i) for c in categories for d in days for i in ids]]
    shape = len(categories), len(days), len(ids)
    offers = sorted(table["offer_id"].dropna().unique())
    lines = sorted({*table["out_line"].dropna(), *table["back_line"].dropna()})

    def numbers(name, kind=np.float32):
        return rows[name].to_numpy(float).astype(kind).reshape(shape)

    def codes(name, known):
        found = [known.index(v) if isinstance(v, str) else -1 for v in rows[name]]
        return np.array(found, np.int32).reshape(shape)

    minutes = ("walk_min", "out_min", "back_min", "wait_min", "booked_min", "lead_min")
    return Coverage(
        categories=categories,
        day_types=days,
        cell_ids=np.array(ids, dtype=object),
        offer_ids=np.array(offers, dtype=object),
        lines=np.array(lines, dtype=object),
        reason=codes("reason", list(REASONS)).astype(np.int8),
        complete=rows["complete"].to_numpy(bool).reshape(shape),
        **{name: numbers(name) for name in minutes},
        offers=numbers("offers", np.int32),
        offers_booked=numbers("offers_booked", np.int32),
        offer=codes("offer_id", offers),
        session=numbers("session", np.int32),
        out_line=codes("out_line", lines),
        back_line=codes("back_line", lines),
    )
