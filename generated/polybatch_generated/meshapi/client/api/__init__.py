# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: ff7107ad9a4525eb9059474f654197959defda01848f55b22c4ec16aae40f19b

"""Contains methods for accessing the API"""
