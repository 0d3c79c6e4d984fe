"""The operator's pages: what came in and was refused, what is due, closing it, who signed in, what is kept.

They open no bill: who may see an invoice is decided by roles alone. For everybody but operators they do not exist.
"""
