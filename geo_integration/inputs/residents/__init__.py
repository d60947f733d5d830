"""Where people live: census grids, tables and vector files -> CELLS."""
