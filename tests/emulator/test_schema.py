"""Types are read from the SDK's own classes."""

import pytest

from pyops.emulator.schema import Flag, ListOf, MapOf, Number, Object, OneOf, Text, schema
from pyops.errors import Refused


def test_shapes_of_an_interface() -> None:
    fields = schema("azure-native:azurestackhci:NetworkInterface").inputs.fields
    assert fields["resourceGroupName"].required
    assert not fields["location"].required
    assert fields["createFromLocal"].shape == Flag()
    assert fields["tags"].shape == MapOf(Text())
    configurations = fields["ipConfigurations"].shape
    assert isinstance(configurations, ListOf)
    assert isinstance(configurations.item, Object)
    assert configurations.item.name == "IPConfiguration"


def test_wire_names_are_not_guessed() -> None:
    assert schema("azure-native:azurestackhci:VirtualHardDisk").inputs.fields["diskSizeGB"].shape == Number(whole=False)


def test_an_enum_that_the_service_may_extend_has_its_names() -> None:
    shape = schema("azure-native:storage:StorageAccount").inputs.fields["minimumTlsVersion"].shape
    assert isinstance(shape, Text)
    assert "TLS1_2" in shape.choices


def test_an_enum_that_the_sdk_mixed_up_with_another_takes_any_text() -> None:
    criteria = schema("azure-native:monitor:ScheduledQueryRule").inputs.fields["criteria"].shape
    assert isinstance(criteria, Object)
    conditions = criteria.fields["allOf"].shape
    assert isinstance(conditions, ListOf)
    assert isinstance(conditions.item, Object)
    assert conditions.item.fields["operator"].shape == Text()


def test_a_nested_type_of_the_same_name_is_not_taken_for_the_resource() -> None:
    assert "gatewayName" in schema("azure-native:network:VpnConnection").inputs.fields


def test_alternatives() -> None:
    group = schema("azure-native:network:FirewallPolicyRuleCollectionGroup").inputs.fields["ruleCollections"].shape
    assert isinstance(group, ListOf)
    assert isinstance(group.item, OneOf)
    assert [member.constants for member in group.item.members if isinstance(member, Object)] == [
        {"ruleCollectionType": "FirewallPolicyFilterRuleCollection"},
        {"ruleCollectionType": "FirewallPolicyNatRuleCollection"},
    ]


@pytest.mark.parametrize("token", ["azure-native:network:VirtualHubb", "azure-native:netwrk:VirtualHub", "x"])
def test_an_unknown_type_is_refused_by_name(token: str) -> None:
    with pytest.raises(Refused) as refused:
        schema(token)
    assert str(refused.value) == f"{token}: not a type of the installed pulumi_azure_native"
