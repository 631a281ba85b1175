"""What is installed is what was locked, and what was locked is what was asked for."""

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WANTED = sorted(ROOT.glob("requirements*.in"))


def names_in(text: str) -> set[str]:
    """The packages that lines of requirements name, as package indexes spell them."""
    found = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)", text, flags=re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


@pytest.mark.parametrize("wanted", WANTED, ids=lambda path: path.name)
def test_every_package_that_is_asked_for_is_locked(wanted):
    runtime = (ROOT / "requirements.txt").read_text()
    locked = wanted.with_suffix(".txt").read_text()
    missing = names_in(wanted.read_text()) - names_in(locked) - names_in(runtime)
    assert missing == set(), "`make lock` brings the locked requirements up to date"


@pytest.mark.parametrize("wanted", WANTED, ids=lambda path: path.name)
def test_every_locked_package_has_a_version_and_a_digest_and_no_address(wanted):
    text = wanted.with_suffix(".txt").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line]
    assert [line for line in lines if not re.match(r"\S+==\S+ .*--hash=sha256:", line)] == []
    assert "://" not in text


def test_the_front_end_is_locked_without_addresses():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_pyproject_says_how_to_build_and_nothing_else():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(pyproject) == {"build-system"}


def test_every_folder_of_code_is_packaged():
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    packaged = setup["options.packages.find"]["include"].split()
    for package in ("channels", "workflows", "helpdesk", "migrations"):
        without_init = [
            folder
            for folder in (ROOT / package).rglob("*")
            if folder.is_dir()
            and list(folder.glob("*.py"))
            and not (folder / "__init__.py").exists()
        ]
        # Alembic finds the steps of migrations by their path; they are shipped as files.
        assert [folder for folder in without_init if folder.name != "versions"] == []
        assert package in packaged
