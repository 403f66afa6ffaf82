# Machine-written by scripts/regenerate: do not edit.

"""Typed clients of the vendors, one package each."""
