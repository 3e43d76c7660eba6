"""Where things stand: footprints, relations with their margins, cameras, and a solver for requested relations."""
