"""The base of the vault's own errors."""


class VaultError(Exception):
    """Something an operator has to know or do; the message says it, without secrets or numbers."""
