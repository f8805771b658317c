"""Crashes, a bad network, a full disk: whatever happens, nothing is lost and nothing comes twice.

A made-up city (`city`) is told to a house whose services are processes and whose network and disk
are the tests' own (`house`, `proxy`, `disk`). A seed decides what goes wrong and when
(`disturber`). Afterwards everything on the bus and in the databases (`buslog`, `observed`) is held
against what follows from the input alone (`expected`) and against an undisturbed run (`check`).
"""
