"""Gets a clone ready: the virtual environment, the libraries pinned by hash, the project itself, the catalogues.

    python3 tools/prepare.py run        what running needs
    python3 tools/prepare.py develop    what checking and testing needs too
    python3 tools/prepare.py browser    a Chromium for the tests that open pages

Needs nothing but Python's own library. What is ready already is left alone: each step leaves a note of what it was
made from, and is done again only when that changed. A virtual environment made on another machine, by another
Python or in another folder is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
NOTES = ENVIRONMENT / "kvitto-prepared.json"
LEAST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def main(wanted: str) -> None:
    """Prepare for "run", "develop" or "browser"; leave with a sentence when something is missing."""
    if sys.version_info < LEAST_PYTHON:
        version = platform.python_version()
        sys.exit(f"Kvitto needs Python 3.11 or newer; this is {version}. Name one: make PYTHON=python3.12 …")
    if wanted == "browser":
        prepare_browser()
        return
    if wanted not in {"run", "develop"}:
        sys.exit(__doc__)
    prepare_environment()
    prepare_libraries(wanted)
    prepare_project()
    prepare_catalogues()


def prepare_environment() -> None:
    """A virtual environment that was made here: on this machine, in this folder."""
    if PYTHON.exists() and read_notes().get("environment") == environment_identity():
        return
    require_venv()
    say("Making the virtual environment .venv …")
    run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
    NOTES.write_text(json.dumps({"environment": environment_identity()}), encoding="utf-8")


def environment_identity() -> str:
    """What the environment's own Python says of itself and of the machine; empty if it does not start."""
    of_machine = "platform.system(), platform.machine(), *platform.libc_ver()"
    question = f"import platform, sys; print(platform.python_version(), {of_machine}, sys.prefix)"
    try:
        return subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def require_venv() -> None:
    """Python's venv and ensurepip, which Debian and Ubuntu keep in a package of their own."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not install_packages(package):
        sys.exit(f"Python's venv is missing. Install it and run this again:  sudo apt-get install {package}")


def prepare_libraries(wanted: str) -> None:
    """The libraries of requirements/run.txt or develop.txt, each checked against its hash; only ready-built ones."""
    requirements = ROOT / "requirements" / f"{wanted}.txt"
    made_from = digest(requirements)
    notes = read_notes()
    # what serves development serves running as well
    if made_from == notes.get(wanted) or (wanted == "run" and notes.get("develop-run") == made_from):
        return
    say(f"Installing the libraries of requirements/{wanted}.txt (a minute or two the first time) …")
    run_pip("install", "--require-hashes", "--only-binary", ":all:", "-r", str(requirements))
    done = {wanted: made_from}
    if wanted == "develop":
        done["develop-run"] = digest(ROOT / "requirements" / "run.txt")
    note(**done)


def prepare_project() -> None:
    """The project itself, as it stands in this folder; it brings no libraries and no build tools of its own."""
    made_from = digest(ROOT / "pyproject.toml", ROOT / "src" / "kvitto" / "__init__.py")
    if read_notes().get("project") != made_from:
        say("Installing Kvitto …")
        run_pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        note(project=made_from)


def prepare_catalogues() -> None:
    """The compiled catalogues of the languages."""
    run(str(PYTHON), str(ROOT / "tools" / "catalogues.py"), "compile")


def prepare_browser() -> None:
    """A Chromium for the browser tests: the machine's own, or Debian's if it may be installed.

    Without one the browser tests are skipped, and say so; on CI that is a failure.
    """
    if find_browser():
        return
    say("The browser tests need Chromium, and this machine has none.")
    if is_debian() and install_packages("chromium") and find_browser():
        return
    hint = "sudo apt-get install chromium" if is_debian() else "Chromium or Google Chrome from your system's packages"
    say(f"Install it ({hint}), or name one with KVITTO_CHROMIUM=/path/to/chromium.")
    if os.environ.get("CI"):
        sys.exit("On CI the browser tests may not be skipped.")
    say("Until then the tests marked “browser” are skipped.")


def find_browser() -> str | None:
    """The path of a Chromium or Chrome: KVITTO_CHROMIUM, else one of the usual names."""
    named = os.environ.get("KVITTO_CHROMIUM")
    if named:
        return shutil.which(named)
    found = (shutil.which(name) for name in (*BROWSERS, *MAC_BROWSERS))
    return next((path for path in found if path), None)


def is_debian() -> bool:
    """True on Debian itself: Ubuntu's package of that name is a snap, which the tests cannot drive."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text(encoding="utf-8").splitlines()


def install_packages(*packages: str) -> bool:
    """Install Debian or Ubuntu packages if this user may without being asked; True if that was done."""
    command = apt_get()
    if not command:
        return False
    say(f"Installing {' '.join(packages)} with apt-get …")
    options = ("install", "--yes", "--no-install-recommends")
    for before in ((), ("update",)):
        if before:
            subprocess.run([*command, *before], check=False)
        if subprocess.run([*command, *options, *packages], check=False).returncode == 0:
            return True
    return False


def apt_get() -> list[str]:
    """The command that installs packages without a question, or nothing if there is none or it may not."""
    if not shutil.which("apt-get"):
        return []
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]
    if os.geteuid() == 0:
        return quietly
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True).returncode == 0
    ):
        return ["sudo", "-n", *quietly]
    return []


def digest(*paths: Path) -> str:
    """What the files hold, as one short text."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def read_notes() -> dict[str, object]:
    """What was prepared, and from what; empty for an environment that is not there or not ours."""
    try:
        notes = json.loads(NOTES.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def note(**done: str) -> None:
    """Remember what was prepared."""
    NOTES.write_text(json.dumps({**read_notes(), **done}), encoding="utf-8")


def run_pip(*arguments: str) -> None:
    """Pip inside the virtual environment, without its chatter."""
    run(str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str) -> None:
    """Run a command; leave with its status if it fails."""
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status:
        sys.exit(f"This failed with status {status}:  {' '.join(command)}")


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once."""
    print(sentence, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
