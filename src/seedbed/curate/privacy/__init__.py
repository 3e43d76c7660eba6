"""Private data in text: found by form, counted by kind, replaced by tags. A finding never carries its value."""
