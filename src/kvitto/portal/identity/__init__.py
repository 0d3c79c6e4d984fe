"""Who somebody is: signing in, invitations, second factors, single sign-on, sessions and the profile page.

What people may do is decided elsewhere; here only who they are. Built of django-allauth's parts with pages of our own.
"""
