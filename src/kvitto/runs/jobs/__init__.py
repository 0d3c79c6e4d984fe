"""Work behind the pages: large files, ZIP archives, closing what is due, checks that read everything.

A page asks for a job (`records.jobs.ask`), a process of its own does it (`work`), and the page tells how far it is.
Each kind of job has a file here and a line in `kinds`.
"""
