"""`calsync backup` and `recover`: copies of all that the services remember. A backup may be made at any time; after a
recovery the services learn the rest from each other and from both sides."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import CLOCK, HERE, Data
from services.cli.place import Place
from services.kernel.backup import copied, put_back
from services.kernel.errors import Fatal

app = typer.Typer()
Folder = Annotated[
    Path | None, typer.Option("--store", help="Where the stores are, if `calsync up` does not run them.")
]


@app.command()
def backup(to: Annotated[Path, typer.Argument(help="A new folder.")], store: Folder = None, data: Data = HERE) -> None:
    """Copy all stores, while everything goes on."""
    for file in _stores(store or Place(data).store):
        asyncio.run(copied(file, to / file.name, CLOCK))
        sys.stdout.write(f"{file.stem}: copied\n")


@app.command()
def recover(
    source: Annotated[Path, typer.Argument(help="A folder that `calsync backup` made.")],
    store: Folder = None,
    data: Data = HERE,
) -> None:
    """Put copies back, while nothing runs: what happened since is learned again, and nothing is written twice."""
    folder = store or Place(data).store
    for file in _stores(source):
        asyncio.run(put_back(file, folder / file.name, CLOCK))
        sys.stdout.write(f"{file.stem}: as it was\n")


def _stores(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.sqlite3"))
    if not found:
        raise Fatal(str(folder), "there are no stores", "Give their folder")
    return found
