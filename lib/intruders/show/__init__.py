"""Figures and explorables in the one visual language of the book."""
