"""What all commands share: which county is meant, and errors as one line."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from geo_integration.errors import GeoIntegrationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_integration.settings import Settings


def settings_of(county: str) -> Settings:
    """Profile of a bundled county, or of a folder."""
    from geo_integration.settings import find_county, read_settings  # noqa: PLC0415  slow

    return read_settings(find_county(county))


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Print errors that are raised on purpose as one line, and end with 2."""
    try:
        yield
    except GeoIntegrationError as error:
        if click.get_current_context().find_root().params.get("debug"):
            raise
        click.echo(f"Fehler: {error}", err=True)
        sys.exit(2)
