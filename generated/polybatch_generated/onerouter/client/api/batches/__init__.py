# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 03968b9d58d953ef48b51c62562e84feb33464652518e001b99089e23b24c7ec

"""Contains endpoint functions for accessing the API"""
