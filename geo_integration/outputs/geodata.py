"""GeoPackage for the GIS office: one file, named layers, the county's own CRS."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio

from geo_integration.errors import OutputError
from geo_integration.frames import REASONS
from geo_integration.outputs.labels import label

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo_integration.frames import Published
    from geo_integration.outputs.labels import Language

# GDAL writes this as the date of last change; a fixed one keeps equal runs byte-equal.
_FIXED_DATE = "2000-01-01T00:00:00.000Z"


def write_geopackage(
    path: Path, published: Published, *, internal: bool = False, language: Language = "de"
) -> None:
    """Write municipalities, cells, stops, offers and underserved areas.

    Parameters
    ----------
    path : Path
        The file; its name must not end in .part, or GDAL does not know its kind.
    published : Published
        What disclosure control let through. `cells` gets four columns for each category and day
        type: status, minutes out, back, and waiting at the venue; and the class of public
        transport quality for each day type, with the method (`quality_method`).
    internal : bool
        Every layer says in its description that it must not be published.
    language : {"de", "en"}
        In this language.

    Raises
    ------
    OutputError
        When GDAL cannot write.
    """
    layers = {
        "municipalities": _with_shares(published),
        "cells": _wide(published),
        "underserved_areas": published.gaps.drop(columns="session"),
        "offers": published.offers,
        "stops": published.stops,
    }
    mark = label("page.internal", language)
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        for name, table in layers.items():
            more = {"layer_options": {"DESCRIPTION": mark}} if internal else {}
            _plain(table).to_file(path, layer=name, driver="GPKG", engine="pyogrio", **more)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(f"{path}: GeoPackage kann nicht geschrieben werden ({error})") from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _wide(published: Published) -> gpd.GeoDataFrame:
    """Cells with the findings of every category and day type beside each other."""
    covered = published.coverage
    reasons = np.array(REASONS, dtype=object)
    columns: dict[str, object] = {}
    for c, category in sorted(enumerate(covered.categories), key=itemgetter(1)):
        for d, day in sorted(enumerate(covered.day_types), key=itemgetter(1)):
            columns[f"{category}__{day}__status"] = reasons[covered.reason[c, d]]
            for name in ("out_min", "back_min", "wait_min"):
                minutes = getattr(covered, name)[c, d].astype(float)
                columns[f"{category}__{day}__{name}"] = minutes
    wide = pd.DataFrame(columns, index=covered.cell_ids)
    quality = published.quality.pivot(index="cell_id", columns="day_type", values="quality")
    quality.columns = [f"quality__{name}" for name in quality.columns]
    wide = wide.join(quality)
    wide["quality_method"] = next(iter(published.quality["method"]), None)
    return published.cells.merge(wide, left_on="cell_id", right_index=True, how="left")


def _with_shares(published: Published) -> gpd.GeoDataFrame:
    """Municipalities with residents and the share covered, per category and day type."""
    table = published.area_coverage
    shares = table.pivot(index="area_id", columns=["category", "day_type"], values="share_covered")
    shares.columns = ["__".join([*map(str, name), "share"]) for name in shares.columns.tolist()]
    residents = table.drop_duplicates("area_id").set_index("area_id")["residents"]
    joined = shares.assign(residents=residents).reset_index()
    return published.areas.merge(joined, on="area_id", how="left")


def _plain(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Columns of kinds that GDAL knows; a geometry column that all rows share."""
    table = table.copy()
    for name in table.columns.drop("geometry"):
        values = table[name]
        if isinstance(values.dtype, pd.CategoricalDtype) or values.dtype == object:
            texts = values.astype(object)
            table[name] = texts.map(str).where(texts.notna(), None)
    return table
