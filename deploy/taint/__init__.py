"""Is an individual number (個人番号) anywhere that it should not be? See ``README.md``."""
