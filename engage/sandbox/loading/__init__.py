"""Leads loaded into lists: one by one, or from a file."""
