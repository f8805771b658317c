"""Imported before all else: values are frozen in tests, not only to the type checker."""

from contracts.values import freeze_really

freeze_really()
