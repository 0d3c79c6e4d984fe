"""The portal as a WSGI application; `kvitto serve` runs it in processes of its own."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitto.config.settings")
application = get_wsgi_application()


def _leave_at_once() -> None:
    """End this process without taking the interpreter apart.

    The server's own threads may still let go of Python objects then, which aborts the process with a panic on the
    operator's screen, one stop in ten. Everything that had to be finished is finished when this is called.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _stop_without(parent: multiprocessing.process.BaseProcess) -> None:
    """Stop this process, in order, when the one that started it is gone: it would hold the port for ever."""
    multiprocessing.connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


_parent = multiprocessing.parent_process()
if _parent is not None:  # a worker of the server, and not whoever else imports this
    from django.db import connections

    from kvitto.portal.warming import warm_up

    atexit.register(_leave_at_once)
    threading.Thread(target=_stop_without, args=(_parent,), daemon=True).start()
    warm_up()
    connections.close_all()  # pages are answered by other threads, each with its own
