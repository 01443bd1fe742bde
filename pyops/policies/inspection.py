"""What passes between sites and Azure is looked at."""

from pyops.policies.policy import NETWORK, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

SETTINGS = (
    Setting("network:FirewallPolicy", "threatIntelMode", ("Deny",)),
    Setting("network:FirewallPolicy", "intrusionDetection.mode", ("Deny",)),
    Setting("network:FirewallPolicy", "sku.tier", ("Premium",)),
    Setting("network:AzureFirewall", "sku.tier", ("Premium",)),
)

firewall_inspection = Policy(
    "firewall_inspection",
    "firewalls refuse known attackers and attacks, not only report them",
    "Azure's default is to write down that an attack passed.",
    (benchmark("NS-4", NETWORK), verified_module("network/firewall-policy")),
    checks(*SETTINGS),
)
