"""Whether a host is this machine: the one place where a secret may travel without TLS. A name that only resolves to
this machine does not count, because whoever answers for the name decides where it leads."""

import ipaddress


def loopback(host: str) -> bool:
    """Whether `host` is localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
