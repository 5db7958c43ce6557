"""What a service pays for the client before it needs a login."""

import subprocess
import sys


def test_the_login_library_is_loaded_only_for_a_login() -> None:
    code = "import sys, services.clients.salesforce.api; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "aiohttp" in loaded
    assert not {"simple_salesforce", "zeep", "lxml", "requests", "jwt"} & set(loaded)
