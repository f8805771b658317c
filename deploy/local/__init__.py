"""The embedded stack: a real Kafka and a real PostgreSQL in a folder, and every service on them.

``python -m deploy.local up`` is the whole of it; see ``README.md`` beside this file. Nothing here
needs Docker, root or an installed server: what the machine lacks is fetched once, checked against
a committed hash, and kept under ``.local/``.
"""
