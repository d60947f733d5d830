"""Pages -> files: index.html for the county and one file per municipality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_integration.errors import OutputError
from geo_integration.files import beside, slug
from geo_integration.outputs.maps.encode import text
from geo_integration.outputs.maps.page import render_page
from geo_integration.outputs.maps.payload import build_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from geo_integration.frames import Published
    from geo_integration.settings import Settings

INDEX = "index.html"


def write_pages(
    published: Published,
    settings: Settings,
    folder: Path,
    *,
    facts: Mapping[str, object],
    areas: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write index.html and one page per municipality.

    Each file is written beside its place and then renamed, so that no half page is ever there.

    Parameters
    ----------
    published : Published
        The frames that disclosure control let through.
    settings : Settings
        The county profile.
    folder : Path
        Where the pages go; made if missing.
    facts : mapping of str to object
        Plain values for display: method_version, made_from, walking (text), guards (list of text).
    areas : sequence of str, optional
        Municipalities that get a page; without it all.
    progress : callable, optional
        Called with the number of pages done, and of all.

    Returns
    -------
    list of Path
        The files, index.html first.

    Raises
    ------
    OutputError
        When a municipality is unknown or a file cannot be written.
    """
    pages = page_names(published.areas)
    if areas is not None:
        unknown = sorted(set(areas) - set(pages))
        if unknown:
            known = ", ".join(pages)
            raise OutputError(f"Unbekannte Gemeinde {', '.join(unknown)}; bekannt sind {known}")
        pages = {area: name for area, name in pages.items() if area in areas}
    todo: list[tuple[str | None, str]] = [(None, INDEX), *pages.items()]
    written = []
    for done, (area, name) in enumerate(todo, start=1):
        page = build_page(published, settings, area_id=area, facts=facts, pages=pages)
        with beside(folder / name) as part:
            part.write_text(render_page(page), encoding="utf-8", newline="\n")
        written.append(folder / name)
        if progress is not None:
            progress(done, len(todo))
    return written


def page_names(areas: pd.DataFrame) -> dict[str, str]:
    """File name of every municipality's page.

    Parameters
    ----------
    areas : DataFrame
        AREAS.

    Returns
    -------
    dict of str to str
        Area id to a file name of small letters, digits and hyphens, whatever the names contain;
        unique, and never a name that Windows keeps for itself.
    """
    found: dict[str, str] = {}
    for area, name in zip(areas["area_id"], areas["name"], strict=True):
        stem = f"{slug(text(area))}-{slug(text(name))}"
        number = 2
        while f"{stem}.html" in found.values():
            stem, number = f"{stem.rsplit('--', 1)[0]}--{number}", number + 1
        found[text(area)] = f"{stem}.html"
    return found
