"""Rule files that come with the package: thresholds on scores, with their source."""
