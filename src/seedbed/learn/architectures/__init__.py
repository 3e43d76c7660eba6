"""Paper-size networks, one file each: built without memory, and counted against the published figures."""
