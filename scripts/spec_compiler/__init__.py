"""Compiles specs/ into generated/: patch, prune, check, derive, generate, format, compare."""
