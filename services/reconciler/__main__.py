"""Starts one replica of the reconciler. It has no hands: it can only speak."""

from services.kernel.run import run
from services.kernel.service import Service
from services.reconciler import decide

SERVICE = Service("reconciler", decide, private=decide.PRIVATE)

if __name__ == "__main__":
    run(SERVICE)
