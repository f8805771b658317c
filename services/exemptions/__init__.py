"""Premiums: for now the additional premium (付加保険料, NPA art. 87-2)."""
