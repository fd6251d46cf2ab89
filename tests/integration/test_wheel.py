"""The wheel: what an owner installs is complete, and works without this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("syncd", "connectors", "rules")
pytestmark = pytest.mark.seconds(600)


def run(*command: str | Path, cwd: Path) -> str:
    """Output of a program, run as a stranger to this repository; its exit code must be 0."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "SYNCD_", "XDG_", "COV_", "PYTEST_"))
    }
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**clean, "HOME": str(cwd)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command} exited {done.returncode}:\n{done.stdout}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the tools already installed: no network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, REPOSITORY)
    run(sys.executable, *build, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the programs of a new environment that holds the wheel.

    Its dependencies are those of this environment, named by one path entry that comes after its
    own packages. Path files found there are not followed, so this repository stays out of reach.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=home)
    packages = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    Path(packages, "dependencies.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n", encoding="utf-8"
    )
    return home / "bin"


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    """No test, no stray file at the top: they would land among everybody's packages."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    (info,) = tops - set(PACKAGES)
    assert tops >= set(PACKAGES)
    assert info.startswith("syncd-")
    assert info.endswith(".dist-info")


def test_the_wheel_holds_every_file_of_its_packages(wheel: Path) -> None:
    """Packs, templates, migrations, units and py.typed travel with the code; caches do not."""
    expected = {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    units = REPOSITORY / "deploy" / "systemd"
    expected |= {
        (Path("syncd/units") / path.relative_to(units)).as_posix()
        for path in units.rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if name.startswith(PACKAGES)}
    assert {name for name in found if ".dist-info/" not in name} == expected
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in found)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_packages_come_from_the_wheel(installed: Path, package: str) -> None:
    """The new environment sees the wheel's packages, not this repository's."""
    code = f"import {package}; print({package}.__file__)"
    where = run(installed / "python", "-I", "-c", code, cwd=installed.parent)
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_installed_demo_runs(installed: Path, tmp_path: Path) -> None:
    """`syncd demo` works from the wheel alone: every data file it needs is inside."""
    assert run(installed / "syncd", "demo", cwd=tmp_path).strip()


def test_the_installed_service_comes_with_its_unit(installed: Path, tmp_path: Path) -> None:
    """`syncd service install` finds the unit in the wheel, and names the program it came with."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "syncd.yaml").write_text(
        "owner: {name: Ana, addresses: [ana@example.org], timezone: Europe/Lisbon}\n"
        "accounts: [{name: home, kind: local, tasks: tasks/}]\n"
    )
    tree = tmp_path / "tree"
    options = ("service", "install", "--root", tree, "--as", "nobody")
    if shutil.which("systemctl") is None:
        pytest.skip("no systemctl here: apt install systemd")
    run(installed / "syncd", "--config", tmp_path / "syncd.yaml", *options, cwd=tmp_path)
    units = tree / "etc" / "systemd" / "system"
    shipped = REPOSITORY / "deploy" / "systemd" / "syncd.service"
    assert (units / "syncd.service").read_text() == shipped.read_text()
    assert str(installed / "python") in (units / "syncd.service.d/10-install.conf").read_text()
