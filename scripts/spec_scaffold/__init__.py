"""Writes the skeleton of a new vendor: its document, first patches, cases, client file and sandbox behaviour."""
