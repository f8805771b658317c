"""Who gets in where, tried at the running doors and held against what is declared."""
