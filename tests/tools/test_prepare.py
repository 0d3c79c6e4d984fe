"""Getting a clone ready: what is noticed, and what is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import prepare

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment of its own, made by the tool; without pip, which takes seconds to install."""
    folder = tmp_path / "environment"
    run = prepare.run
    monkeypatch.setattr(prepare, "run", lambda *command: run(*command, "--without-pip"))
    monkeypatch.setattr(prepare, "ENVIRONMENT", folder)
    monkeypatch.setattr(prepare, "PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(prepare, "NOTES", folder / "kvitto-prepared.json")
    prepare.prepare_environment()
    return folder


def test_an_environment_that_is_ready_is_left_alone(environment: Path) -> None:
    """Nothing is made again, and the notes stay."""
    (environment / "left-alone").touch()
    prepare.note(run="something")
    prepare.prepare_environment()
    assert (environment / "left-alone").exists()
    assert prepare.read_notes()["run"] == "something"


def test_an_environment_of_another_machine_is_made_anew(environment: Path) -> None:
    """Its notes name another Python, libc or folder, and nothing of it can be trusted."""
    (environment / "from-elsewhere").touch()
    prepare.note(environment="3.11.0 Darwin arm64 /elsewhere/.venv", run="something")
    prepare.prepare_environment()
    assert not (environment / "from-elsewhere").exists()
    assert "run" not in prepare.read_notes()
    assert prepare.read_notes()["environment"] == prepare.environment_identity() != ""


def test_an_environment_whose_python_is_gone_is_made_anew(environment: Path) -> None:
    """As after an upgrade of the system."""
    prepare.PYTHON.unlink()
    prepare.prepare_environment()
    assert prepare.environment_identity()


def test_libraries_are_installed_once_for_the_same_list(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What serves development serves running as well."""
    installed = []
    monkeypatch.setattr(prepare, "run_pip", lambda *arguments: installed.append(Path(arguments[-1]).name))
    for wanted in ("run", "run", "develop", "run", "develop"):
        prepare.prepare_libraries(wanted)
    assert installed == ["run.txt", "develop.txt"]


def test_every_library_is_pinned_by_hash_and_ready_built(monkeypatch: pytest.MonkeyPatch, environment: Path) -> None:
    """Nothing is fetched that was not chosen before."""
    commands = []
    monkeypatch.setattr(prepare, "run_pip", lambda *arguments: commands.append(arguments))
    prepare.prepare_libraries("run")
    prepare.prepare_project()
    libraries, project = commands
    assert {"--require-hashes", "--only-binary", ":all:"} <= set(libraries)
    assert {"--no-deps", "--no-build-isolation"} <= set(project)


def test_requirements_name_no_index() -> None:
    """Each line is a version, a hash, or a comment."""
    for name in ("run.txt", "develop.txt"):
        for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
            assert "://" not in line
            assert line.startswith(("    --hash=sha256:", "    #", "#")) or "==" in line


def test_develop_pins_what_run_pins() -> None:
    """Tests see the versions that run."""

    def pinned(name: str) -> set[str]:
        lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pinned("run.txt") <= pinned("develop.txt")


def test_a_browser_may_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its path; a path that is none counts as no browser."""
    browser = tmp_path / "my-chromium"
    browser.touch(mode=0o755)
    monkeypatch.setenv("KVITTO_CHROMIUM", str(browser))
    assert prepare.find_browser() == str(browser)
    monkeypatch.setenv("KVITTO_CHROMIUM", str(tmp_path / "none"))
    assert prepare.find_browser() is None


@pytest.mark.parametrize("ci", [True, False])
def test_without_a_browser_ci_fails_and_a_developer_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, ci: bool
) -> None:
    """Exactly what to install, and which tests are skipped."""
    monkeypatch.setattr(prepare, "find_browser", lambda: None)
    monkeypatch.setattr(prepare, "install_packages", lambda *_: False)
    monkeypatch.setattr(prepare, "is_debian", lambda: True)
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", "true")
        with pytest.raises(SystemExit, match="may not be skipped"):
            prepare.prepare_browser()
    else:
        prepare.prepare_browser()
    said = capsys.readouterr().out
    assert "sudo apt-get install chromium" in said
    assert ("tests marked “browser” are skipped" in said) is not ci


def test_a_python_without_venv_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian keeps it in a package of its own."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(prepare, "apt_get", list)
    with pytest.raises(SystemExit, match=r"sudo apt-get install python3\.\d+-venv"):
        prepare.require_venv()


def test_a_python_that_is_too_old_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is made."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    with pytest.raises(SystemExit, match=r"Kvitto needs Python 3\.11 or newer"):
        prepare.main("run")


def test_an_unknown_wish_changes_nothing() -> None:
    """The tool says what it can do."""
    done = subprocess.run(
        [sys.executable, "tools/prepare.py", "everything"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "python3 tools/prepare.py develop" in done.stderr


def test_make_alone_lists_the_chores() -> None:
    """Every chore with one line of explanation."""
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for chore in ("run", "test", "setup", "lint", "format", "bench", "campaign", "messages", "lock", "clean"):
        assert f"make {chore} " in listed
