"""The record of every access, decision, provision and disposal (C18)."""
