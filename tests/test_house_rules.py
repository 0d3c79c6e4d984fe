"""The rules that hold for every room: which way imports go, where exact numbers are kept exact, what is not written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "kvitto"
ROOMS = sorted(folder.parent for folder in PACKAGE.glob("*/__init__.py"))
DOORS = {"cli", "portal"}  # show money, never calculate it
WITHOUT_MONEY = {PACKAGE / room for room in DOORS}

# Written in pieces, so that this file does not break its own rule.
FORBIDDEN_TEXT = re.compile(
    "|".join(
        (
            r"\bpypi\.\w+/",
            "pythonhosted" + r"\.org",
            "registry" + r"\.npmjs",
            "simple" + "/ ?--(?:extra-)?index",
            r"(?<![\w.}])/(?:home|Users)" + r"/\w",
            r"(?<![\w.}])/" + r"(?:root|work|opt)/\w",
        )
    )
)


def project_files() -> list[Path]:
    """Every text file that belongs to the project: what git keeps, and what is about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:8192]]


def python_files(*, money: bool) -> list[Path]:
    """The package's modules, or only those of the rooms that calculate with money."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not money or not WITHOUT_MONEY & set(path.parents)]


def test_imports_go_down_the_flow_and_libraries_stay_in_their_rooms() -> None:
    """The import contracts of pyproject.toml hold."""
    checked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-logo",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 broken" in checked.stdout


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_says_what_it_owns_and_leaves_to_others(room: Path) -> None:
    """A room's first lines are its description, and the room is not empty."""
    description = ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8"))) or ""
    assert "Leaves to others:" in description
    assert [path for path in room.rglob("*.py") if path.name != "__init__.py"]


def test_each_folder_of_tests_faces_a_room() -> None:
    """Tests mirror the rooms, so that a rule's test is found where the rule is."""
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").glob("*/**/test_*.py")}
    assert folders <= {room.name for room in ROOMS} | {"benchmarks", "tools"}


@pytest.mark.parametrize("step", sorted(PACKAGE.rglob("*.sql")), ids=lambda step: step.name)
def test_sql_steps_divide_and_average_nothing(step: Path) -> None:
    """`/`, `avg` and floating types would lose digits; whole numbers may be divided with `//`."""
    statements = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", step.read_text("utf-8"), flags=re.DOTALL)
    assert not re.findall(r"(?<!/)/(?!/)", statements)
    assert not re.findall(r"\b(?:avg|mean|double|float\d?|real)\b", statements, flags=re.IGNORECASE)


@pytest.mark.parametrize(
    "path", python_files(money=True), ids=lambda path: str(path.relative_to(PACKAGE)) if isinstance(path, Path) else ""
)
def test_no_number_is_a_float_where_money_is_calculated(path: Path) -> None:
    """Neither a literal such as 0.5 nor a call of `float`."""
    floats = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float")
    ]
    assert not floats, f"floats in lines {floats}"


def test_no_file_names_a_package_index_or_a_folder_of_one_machine() -> None:
    """A clone works anywhere: nothing in it points at the machine or the index it was made with."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in project_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if FORBIDDEN_TEXT.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_sentence_for_people_is_hidden_from_translators() -> None:
    """`phrase`, `phrases` and `translated` are given their English text as it is, so that it can be extracted."""
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(money=False)
        if path.name != "language.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"phrase", "phrases", "translated"}
        and not all(isinstance(argument, ast.Constant) for argument in node.args[: 1 + (node.func.id == "phrases")])
    ]
    assert not hidden, "\n".join(hidden)


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    """Links to files of the project; addresses elsewhere are not opened."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in project_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists()
    ]
    assert not broken, "\n".join(broken)
