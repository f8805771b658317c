"""The rules of qualification: facts in, conclusions with their reasons out.

Pure: no I/O, no clock. `timeline.timeline` is the way in; one module per subject of the law.
"""
