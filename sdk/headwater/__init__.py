"""Headwater SDK."""
