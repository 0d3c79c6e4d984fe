"""What an agreements file changes: compared with what is agreed, checked, and put into words before it is done.

Leaves to others: reading the file (`agreements.declaration`) and recording the changes (`records`).
"""
