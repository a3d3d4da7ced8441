"""Network addresses as keyed hashes: enough to know one again, never enough to tell it."""

from __future__ import annotations

import ipaddress

from django.utils.crypto import salted_hmac


def hashed(address: str) -> str:
    """Empty for what is no address. Of IPv6 the network (/64) counts: one line has as many addresses as it likes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        text = str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False).network_address)
    else:
        text = str(found)
    return salted_hmac("ppv_plugin.address", text, algorithm="sha256").hexdigest()[:32]
