"""Objects as programs, one file each. Adding one is adding a file: see docs/tutorials/shape.md."""
