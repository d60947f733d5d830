"""The page's fixed HTML: headings, controls, empty tables, and the tables for pages without script.

Everything that stands here is escaped. What depends on a choice of the reader is filled in by the
page's script.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from geo_integration.outputs.labels import number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Marks that change the direction of the text around them.
_DIRECTION = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SHARE = 100_000

_BODY = """\
<a class="skip" href="#map_karte">{page.skip_map}</a>
<a class="skip" href="#gaps">{page.skip_gaps}</a>
<a class="skip" href="#areas">{page.skip_tables}</a>
<header>
{banner}<div class="title"><h1><bdi>{name}</bdi></h1><p>{page.lead}</p></div>
<nav id="pages" aria-label="{page.nav}"></nav>
<p id="findings"><a href="befunde.html">{page.findings}</a></p>
</header>
<main>
<p id="broken" class="banner" role="alert" hidden>{page.too_old}</p>
{noscript}<div id="app">
<section id="controls" aria-label="{control.heading}">
<form id="choice">
<label for="category">{control.category}</label>
<select id="category"></select>
<fieldset id="day" class="choices"><legend>{control.day}</legend></fieldset>
<fieldset id="mode" class="choices"><legend>{control.mode}</legend></fieldset>
</form>
</section>
<p id="headline" role="status"></p>
<section id="map" aria-label="{map.name}">
<div id="frame">
<div id="map_karte" role="application" aria-label="{map.label}"></div>
<div id="crosshair" aria-hidden="true"></div>
<div id="hover" aria-hidden="true" hidden></div>
<button type="button" id="home">{map.home}</button>
</div>
<p id="credit"></p>
</section>
<section id="legend" aria-labelledby="legend-heading">
<h2 id="legend-heading">{legend.heading}</h2>
<table><thead><tr><th scope="col">{legend.class}</th><th scope="col" class="number">{people}</th>\
</tr></thead><tbody id="classes"></tbody></table>
<p class="small" id="legend-note">{legend.note}</p>
<ul id="symbols" class="small" aria-label="{legend.symbols}"></ul>
<fieldset id="layers"><legend>{control.layers}</legend></fieldset>
</section>
<aside id="detail">
<section id="card" aria-labelledby="card-heading" tabindex="-1"><div class="row">\
<h2 id="card-heading">{card.heading}</h2>\
<button type="button" id="close" hidden aria-label="{card.close}">×</button></div>\
<div id="card-body" aria-live="polite"></div></section>
<section id="gaps" aria-labelledby="gaps-heading" tabindex="-1">
<h2 id="gaps-heading">{gap.heading}</h2>
<p id="gaps-intro" class="small"></p><ol id="gap-list"></ol></section>
</aside>
</div>
<div id="tables">
<section id="areas" aria-labelledby="areas-heading" tabindex="-1">
<h2 id="areas-heading">{areas.heading}</h2>
<div class="wide"><table id="area-table"></table></div>
<p class="small" id="areas-note"></p></section>
<section id="offers" aria-labelledby="offers-heading">
<h2 id="offers-heading"></h2><p id="offers-intro"></p>
<div class="wide"><table id="offer-table"></table></div></section>
<section id="uncounted" aria-labelledby="uncounted-heading">
<h2 id="uncounted-heading">{uncounted.heading}</h2><p id="uncounted-intro"></p>
<div class="wide"><table id="uncounted-table"></table></div></section>
<section id="method" aria-labelledby="method-heading">
<h2 id="method-heading">{method.heading}</h2><dl id="method-list"></dl></section>
<section id="dates" aria-labelledby="dates-heading">
<h2 id="dates-heading">{dates.heading}</h2>
<div class="wide"><table id="date-table"></table></div></section>
<section id="sources" aria-labelledby="sources-heading" tabindex="-1">
<h2 id="sources-heading">{sources.heading}</h2>
<div class="wide"><table id="source-table"></table></div>
<p class="small">{sources.software}</p></section>
</div>
</main>
<footer><p id="made"></p></footer>"""


def escaped(text: object) -> str:
    """Text made safe for HTML; marks of direction are left out.

    Parameters
    ----------
    text : object
        Any text.

    Returns
    -------
    str
        Text without markup.
    """
    return escape(str(text).translate(_DIRECTION), quote=True)


def body(payload: Mapping[str, Any]) -> str:
    """Fill the body's HTML up to the data block.

    Parameters
    ----------
    payload : mapping
        From `build_payload`.

    Returns
    -------
    str
        HTML.
    """
    words: Mapping[str, str] = payload["words"]
    people = words["unit.residents_model" if payload["modelled"] else "unit.residents"]
    blanks = {key: escaped(said) for key, said in words.items()} | {
        "name": escaped(payload["title"]),
        "map.name": escaped(payload["name"]),
        "people": escaped(people),
        "banner": _banner(payload),
        "noscript": _noscript(payload, people),
    }
    # One pass: what is filled in is never looked at again.
    parts = _BODY.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        key, rest = part.split("}", 1)
        filled += [blanks[key], rest]
    return "".join(filled)


def _banner(payload: Mapping[str, Any]) -> str:
    """Warn above everything else, where the data are a sample; else give the note alone."""
    note, words = escaped(payload["status_note"]), payload["words"]
    internal = f"<strong>{escaped(words['page.internal'])}</strong>" if payload["internal"] else ""
    mark = f'<p class="banner internal" role="note">{internal}</p>\n' if internal else ""
    if payload["sample"]:
        said = escaped(words["page.sample"])
        return f'{mark}<p class="banner" role="note"><strong>{said}</strong> {note}</p>\n'
    return mark + (f'<p class="banner plain" role="note">{note}</p>\n' if note else "")


def _noscript(payload: Mapping[str, Any], people: str) -> str:
    """Write the main table as plain HTML: one for each day type."""
    said = escaped(payload["words"]["page.noscript"])
    tables = "\n".join(_plain_table(payload, day, people) for day in payload["days"])
    return f'<noscript>\n<p class="banner">{said}</p>\n{tables}\n</noscript>\n'


def _plain_table(payload: Mapping[str, Any], day: Mapping[str, str], people: str) -> str:
    """Share within reach by municipality and category on one day type."""
    names = {area["id"]: area["name"] for area in payload["areas"]}
    total = payload["words"]["areas.selected" if payload["selection"] else "areas.total"]
    heads = [payload["words"]["areas.name"], people, *(c["label"] for c in payload["categories"])]
    head = "".join(f'<th scope="col">{escaped(h)}</th>' for h in heads)
    lines = [f"<caption>{escaped(day['label'])}</caption><tr>{head}</tr>"]
    for at, area in enumerate(payload["table"]["rows"]):
        name = escaped(total if at == 0 else names.get(area, area))
        cells = "".join(f"<td>{escaped(v)}</td>" for v in _plain_cells(payload, day["id"], at))
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return f'<div class="wide"><table>{"".join(lines)}</table></div>'


def _plain_cells(payload: Mapping[str, Any], day: str, at: int) -> Iterable[str]:
    """Residents, then the share of each category."""
    lang, by = payload["lang"], payload["table"]["by"]
    columns = [by.get(f"{c['id']} {day}") for c in payload["categories"]]
    first = next((c for c in columns if c is not None), None)
    residents = _value(payload, first, "residents", at)
    yield "–" if residents is None else number(residents, lang)
    for part in columns:
        share = _value(payload, part, "share", at)
        if part is None:
            yield "–"
        else:
            yield "." if share is None else percent(share / _SHARE, lang)


def _value(
    payload: Mapping[str, Any], part: Mapping[str, int] | None, name: str, at: int
) -> int | None:
    """One value of a pooled column."""
    if part is None:
        return None
    said = payload["pool"][part[name]].split(",")[at]
    return int(said) if said else None
