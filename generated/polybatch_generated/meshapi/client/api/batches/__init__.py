# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: efbd751a1ab6cea3efef71b24c38c7ea275edcfc8021d3b311cec71746399af4

"""Contains endpoint functions for accessing the API"""
