"""Django's settings for the type checker: those of an empty office that is made beside the checker's cache."""

import os
from pathlib import Path

from kvitto.config.home import make_home

_HOME = Path(__file__).parent.parent / ".mypy_cache" / "office"
make_home(_HOME)
os.environ["KVITTO_HOME"] = str(_HOME)

from kvitto.config.settings import *  # noqa: E402, F403 - the home must exist before they are read
