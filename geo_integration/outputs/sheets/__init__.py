"""Printed map sheets for council papers: PDF and PNG, drawn with matplotlib."""

from geo_integration.outputs.sheets.layout import Format, Orientation
from geo_integration.outputs.sheets.write import Selection, write_sheets

__all__ = ["Format", "Orientation", "Selection", "write_sheets"]
