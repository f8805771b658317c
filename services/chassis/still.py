"""Imported by a service's ``__main__`` alone, and before all else: while modules are read nothing
becomes garbage, and looking for it takes a quarter of the start. ``cli.main`` has it looked for
again."""

import gc

gc.disable()
