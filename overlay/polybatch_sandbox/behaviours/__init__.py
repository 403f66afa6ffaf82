"""One module for each vendor: its words, life cycle, errors and oddities, written from the vendor's documents.

A module is mounted under its own name; it offers `BEHAVIOUR`, which takes a `Bench`.
"""
