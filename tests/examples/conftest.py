"""What pytest leaves alone: `offline` is a project of its own, which test_examples.py runs."""

collect_ignore = ["offline"]
