"""How fast the house is, against a floor in the same run: ``make bench``, ``bench/README.md``."""
