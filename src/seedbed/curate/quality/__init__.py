"""Quality: a fast classifier that learns from ratings of a sample, and how far it and the ratings can be trusted."""
