"""What keeps the committed contracts true: vectors, schemas, compatibility, the AsyncAPI document.

Development tools behind ``python -m contracts``; no service imports them.
"""
