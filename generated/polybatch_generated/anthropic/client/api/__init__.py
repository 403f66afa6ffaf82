# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: cd0ac00562a0e00fa64cd1f46a4272831bb624f30b366d2b8f33a1730fa598f5

"""Contains methods for accessing the API"""
