"""What travels is encrypted, by nothing older than today's rules."""

from pyops.policies.policy import DATA, NCSC_IPSEC, NCSC_TLS, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

SERVICES = (
    Setting("storage:StorageAccount", "minimumTlsVersion", ("TLS1_2", "TLS1_3")),
    Setting("storage:StorageAccount", "enableHttpsTrafficOnly", (True,)),
)

transport_layer_security = Policy(
    "transport_layer_security",
    "TLS 1.2 at least, and nothing without it",
    "Older versions can be broken by who sits on the way; Azure's own default for storage is TLS 1.0.",
    (benchmark("DP-3", DATA), NCSC_TLS, verified_module("storage/storage-account")),
    checks(*SERVICES),
)

_LINK = "vpnLinkConnections[]"
_IPSEC = f"{_LINK}.ipsecPolicies[]"

TUNNELS = (
    Setting("network:VirtualWan", "disableVpnEncryption", (False,)),
    Setting("network:VpnConnection", f"{_LINK}.vpnConnectionProtocolType", ("IKEv2",)),
    Setting("network:VpnConnection", f"{_IPSEC}.ikeEncryption", ("AES256", "GCMAES256")),
    Setting("network:VpnConnection", f"{_IPSEC}.ikeIntegrity", ("SHA384", "SHA256", "GCMAES256")),
    Setting("network:VpnConnection", f"{_IPSEC}.dhGroup", ("ECP384", "ECP256")),
    Setting("network:VpnConnection", f"{_IPSEC}.ipsecEncryption", ("GCMAES256",)),
    Setting("network:VpnConnection", f"{_IPSEC}.ipsecIntegrity", ("GCMAES256",)),
    Setting("network:VpnConnection", f"{_IPSEC}.pfsGroup", ("ECP384", "ECP256")),
)

tunnel_encryption = Policy(
    "tunnel_encryption",
    "tunnels to the hubs use IKEv2 with strong ciphers and new keys each time",
    "Azure's default list has ciphers that are no longer advised, and it takes the first that both ends know.",
    (benchmark("DP-3", DATA), NCSC_IPSEC),
    checks(*TUNNELS),
)
