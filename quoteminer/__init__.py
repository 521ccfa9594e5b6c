"""Reads a news article and says who said what."""
