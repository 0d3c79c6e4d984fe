"""What was promised: billing hierarchies, offers, billing periods, and price sheets valid and recorded in time.

Leaves to others: who may see it (`access`), what it comes to (`rating`), and where it is kept (`records`).
"""
