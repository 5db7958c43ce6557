"""What many commands take, and the time they live by."""

from pathlib import Path
from typing import Annotated

import typer

from services.kernel.clock import WallClock

HERE = Path(".calsync")
CLOCK = WallClock()

Data = Annotated[Path, typer.Option("--data", help="The folder that `calsync up` uses.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
