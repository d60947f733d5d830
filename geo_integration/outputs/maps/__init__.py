"""The interactive page: published frames -> index.html and one page per municipality."""

from geo_integration.outputs.maps.page import render_page
from geo_integration.outputs.maps.payload import build_page
from geo_integration.outputs.maps.write import page_names, write_pages

__all__ = ["build_page", "page_names", "render_page", "write_pages"]
