"""Exemption by application (90条, 90条の2, 90条の3, deferment): facts in, months out."""
