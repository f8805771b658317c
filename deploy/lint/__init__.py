"""House rules that no linter knows, checked in ``make lint``: see ``rules.py``."""
