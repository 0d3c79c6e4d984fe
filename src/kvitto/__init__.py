"""Kvitto: usage in, rated charges, invoices, and a copy of the bill for every customer."""

__version__ = "0.1.0"
