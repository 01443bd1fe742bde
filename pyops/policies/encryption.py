"""What lies still is encrypted, and starts only as it was built."""

from pyops.policies.policy import DATA, VULNERABILITIES, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

SETTINGS = (
    Setting("storage:StorageAccount", "encryption.requireInfrastructureEncryption", (True,)),
    Setting("storage:StorageAccount", "encryption.keySource", ("Microsoft.Storage", "Microsoft.Keyvault")),
    Setting("azurestackhci:VirtualMachineInstance", "securityProfile.uefiSettings.secureBootEnabled", (True,)),
)

encryption_at_rest = Policy(
    "encryption_at_rest",
    "data at rest is encrypted twice, servers start by secure boot",
    "A disk that leaves the building, or a boot loader that somebody changed, gives nothing away.",
    (
        benchmark("DP-4", DATA),
        benchmark("PV-3", VULNERABILITIES),
        verified_module("storage/storage-account"),
        verified_module("azure-stack-hci/virtual-machine-instance"),
    ),
    checks(*SETTINGS),
)
