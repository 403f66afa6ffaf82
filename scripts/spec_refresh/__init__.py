"""Asks what a vendor publishes now, says what changed for us, and takes it over."""
