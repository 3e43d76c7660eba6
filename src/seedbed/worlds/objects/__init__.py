"""Objects of the 3D worlds: how one is drawn from its factors, built as a mesh, and told in the scene graph."""
