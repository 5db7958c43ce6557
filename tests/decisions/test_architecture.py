"""The architecture as a machine holds it: the layers of `.importlinter`, and who alone may touch what. Each rule is
shown to fail when it is broken, because a check that nobody has seen fail is no check."""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [path for folder in ("contracts", "services") for path in sorted((ROOT / folder).rglob("*.py"))]

ALONE = {
    "aiomqtt": {"services/kernel/mqtt.py"},
    "aiosqlite": {"services/kernel/driver.py"},
    "sqlite3": {"services/kernel/driver.py"},
    "aiohttp": {"services/clients/http.py", "services/sandbox/web.py"},
    "msal": {"services/clients/graph/token.py"},
    "simple_salesforce": {"services/clients/salesforce/login.py"},
    "amqtt": {"services/kernel/broker.py"},
    "pydantic_settings": {"services/kernel/settings.py"},
    "secrets": {"services/kernel/clock.py", "services/sandbox/__main__.py"},
    "time": {"services/kernel/clock.py", "services/sandbox/__main__.py"},
}
"""Module to the files that alone may import it; the sandbox has its own door because it shares no code."""

READS_TIME = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|monotonic))\(")
READS_ENVIRONMENT = re.compile(r"\bos\.(?:environ|getenv)\b")


@cache
def imports(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def strangers(module: str, allowed: set[str], files: list[tuple[str, str]]) -> set[str]:
    return {name for name, text in files if module in imports(text)} - allowed


FILES = [(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in CODE]


@pytest.mark.parametrize("module", ALONE)
def test_one_file_alone_imports(module: str) -> None:
    assert strangers(module, ALONE[module], FILES) == set()


@pytest.mark.parametrize("module", ALONE)
def test_a_second_file_that_imports_it_is_noticed(module: str) -> None:
    assert strangers(module, ALONE[module], [*FILES, ("services/new.py", f"from {module} import x")]) == {
        "services/new.py"
    }


def test_only_the_clock_reads_the_time() -> None:
    product = [(name, text) for name, text in FILES if not name.startswith("services/sandbox/")]
    assert {name for name, text in product if READS_TIME.search(text)} == {"services/kernel/clock.py"}


def test_nobody_reads_the_environment_but_the_settings() -> None:
    """The library of settings.py reads it; the command line hands its own on to the processes that it starts."""
    assert {name for name, text in FILES if READS_ENVIRONMENT.search(text)} <= {"services/cli/processes.py"}


def test_the_reconciler_can_only_speak() -> None:
    assert not (ROOT / "services/reconciler/perform.py").exists()


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip


def test_the_layers_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-2000:]


OFFENCES = {
    "Services over clients over kernel over contracts": ("services/kernel/store.py", "import services.clients.http"),
    "The sandbox and the product know nothing": ("services/sandbox/wire.py", "import contracts.calendar"),
    "Nothing of the product leans on the sandbox": ("services/writer/perform.py", "import services.sandbox.wire"),
    "The two sides do not know each other": (
        "services/clients/graph/item.py",
        "import services.clients.salesforce.row",
    ),
    "Contracts know no service": ("contracts/calendar.py", "import asyncio"),
    "Decisions touch nothing": ("services/reconciler/merge.py", "import logging"),
}


@pytest.mark.parametrize("rule", OFFENCES)
def test_a_broken_rule_is_noticed(rule: str, tmp_path: Path) -> None:
    for folder in ("contracts", "services"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path, offence = OFFENCES[rule]
    with (tmp_path / path).open("a", encoding="utf-8") as file:
        file.write(f"\n{offence}\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if "BROKEN" in line]
    assert any(line.startswith(rule[:40]) for line in broken), done.stdout[-1500:]
