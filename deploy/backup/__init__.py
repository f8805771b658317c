"""Backups of the databases, taken from the running server into one encrypted file, and restored."""
