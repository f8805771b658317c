"""All SQL of qualification: persons and their facts, notices, nightly runs."""
