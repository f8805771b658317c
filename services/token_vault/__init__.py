"""The one place where an individual number (個人番号) exists."""
