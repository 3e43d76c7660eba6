"""What the early learners compute: Rosenblatt's rule, Gabor energy, S- and C-cells. PyTorch and numpy only."""
