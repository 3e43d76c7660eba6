"""Steps that recipes can name, one file each. A plugin's step registers itself the same way."""
