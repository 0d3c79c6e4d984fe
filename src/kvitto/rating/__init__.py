"""What it costs: usage × prices → charges, once in plain Python (`reference`) and once in SQL (`engine`).

Leaves to others: which usage and prices hold (the caller names files and prices), and rounding to money (`invoicing`).
"""
