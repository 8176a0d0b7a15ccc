"""The emulated IOS edits its configuration as IOS does; each rule here is one that deployments run into."""

from __future__ import annotations

import pytest

from kgnet.emulate.cisco_ios import Ios
from kgnet.emulate.cisco_ios.secrets import matches, type8, type9
from kgnet.emulate.clock import Clock
from kgnet.emulate.device import Spec
from kgnet.emulate.terminal import Terminal
from kgnet.emulate.type7 import read7, type7

INVALID = "% Invalid input detected at '^' marker."


def router(*lines: str, ports: tuple[str, ...] = ()) -> tuple[Ios, Terminal]:
    """A bare router in configuration mode in which *lines* have been typed, without a complaint."""
    device = Ios(Spec("R1", "cisco_ios", management="10.0.0.1/24", ports=ports), Clock(0))
    device.boot()
    assert device.log == [], "the bare configuration is one that the parser knows"
    terminal = Terminal(device)
    terminal.type("configure terminal")
    assert terminal.run(*lines) == ""
    return device, terminal


def block(device: Ios, head: str) -> list[str]:
    """The lines of a block as `show running-config` prints them."""
    lines = device.running().splitlines()
    found = lines[lines.index(head) + 1 :]
    stop = next(n for n, line in enumerate(found) if not line.startswith(" "))
    return [line[1:] for line in found[:stop]]


# ── parser ──────────────────────────────────────────────────────────────────


def test_an_unknown_word_is_pointed_at() -> None:
    _, terminal = router("interface GigabitEthernet0/0/1")
    prompt = terminal.prompt
    said = terminal.type("ip adress 10.0.0.1 255.0.0.0").splitlines()
    assert prompt == "R1(config-if)#"
    assert said == [" " * (len(prompt) + 3) + "^", INVALID]


def test_a_line_without_its_value_is_incomplete() -> None:
    _, terminal = router()
    assert terminal.type("hostname") == "% Incomplete command.\n"


def test_a_zone_pair_knows_its_own_lines_only() -> None:
    device, terminal = router(
        "zone security A", "zone security B", "zone-pair security AB source A destination B"
    )
    assert terminal.run("ip options drop", "security passwords min-length 14") == ""
    assert terminal.prompt == "R1(config)#"
    assert {"ip options drop", "security passwords min-length 14"} <= set(device.running().splitlines())


def test_at_the_prompt_short_forms_are_understood_and_ambiguous_ones_told() -> None:
    _, terminal = router("end")
    assert "uptime" in terminal.type("sh ver")
    assert terminal.type("show ip b").startswith("% Ambiguous") or "BGP" in terminal.type("show ip bgp sum")
    assert terminal.type("co").startswith("% Ambiguous command:")
    assert INVALID in terminal.type("show nonsense")
    assert "Unknown command" in terminal.type("nonsense")


@pytest.mark.parametrize(
    ("lines", "prompt"),
    [
        (("interface Gi0/0/1",), "R1(config-if)#"),
        (("interface GigabitEthernet0/0/1.10",), "R1(config-subif)#"),
        (("router bgp 65000",), "R1(config-router)#"),
        (("router bgp 65000", "address-family ipv4"), "R1(config-router-af)#"),
        (("ip access-list extended X",), "R1(config-ext-nacl)#"),
        (("policy-map P", "class class-default"), "R1(config-pmap-c)#"),
        (("archive", "log config"), "R1(config-archive-log-cfg)#"),
    ],
)
def test_prompts_tell_the_mode(lines: tuple[str, ...], prompt: str) -> None:
    _, terminal = router(*lines)
    assert terminal.prompt == prompt


def test_a_mode_is_left_for_a_line_of_another_one() -> None:
    device, _ = router("interface Gi0/0/1", "router bgp 65000", "hostname R2")
    assert device.hostname == "R2"


def test_the_prompt_of_a_long_name_is_cut_in_configuration_mode() -> None:
    _, terminal = router("hostname a-very-long-hostname-indeed")
    assert terminal.prompt == "a-very-long-hostname(config)#"


# ── lines ───────────────────────────────────────────────────────────────────


def test_a_line_of_which_there_is_one_replaces_the_old_one() -> None:
    device, _ = router("interface Gi0/0/1", "description a", "description b",
                       "ip address 10.1.0.1 255.255.255.0",
                       "ip address 10.2.0.1 255.255.255.0",
                       "ip address 10.3.0.1 255.255.255.0 secondary")  # fmt: skip
    lines = block(device, "interface GigabitEthernet0/0/1")
    assert [line for line in lines if line.startswith(("desc", "ip"))] == [
        "description b", "ip address 10.2.0.1 255.255.255.0", "ip address 10.3.0.1 255.255.255.0 secondary",
    ]  # fmt: skip


def test_lines_of_which_there_are_many_stand_beside_one_another() -> None:
    device, _ = router(
        "ntp server 192.0.2.1", "ntp server 192.0.2.2", "logging host 192.0.2.1", "logging host 192.0.2.2"
    )
    assert device.running().count("ntp server") == device.running().count("logging host") == 2


@pytest.mark.parametrize("typed", ["no description", "no description other words", "default description"])
def test_one_word_is_enough_to_undo_a_line(typed: str) -> None:
    device, _ = router("interface Gi0/0/1", "description a b", typed)
    assert not any("description" in line for line in block(device, "interface GigabitEthernet0/0/1"))


def test_what_is_on_by_itself_is_printed_only_when_it_is_off() -> None:
    device, terminal = router("interface Gi0/0/1", "no ip redirects", "no ip proxy-arp", "ip redirects")
    lines = block(device, "interface GigabitEthernet0/0/1")
    assert "no ip proxy-arp" in lines
    assert not any("redirects" in line for line in lines)
    terminal.run("shutdown", "no shutdown")
    assert "shutdown" not in block(device, "interface GigabitEthernet0/0/1")


def test_a_physical_port_cannot_be_removed_and_a_logical_one_can() -> None:
    device, terminal = router("interface Loopback7", "exit", "interface Gi0/0/1", "description x", "exit")
    assert terminal.type("no interface Gi0/0/1") == "% Removal of physical interfaces is not permitted"
    assert terminal.type("no interface Loopback7") == ""
    assert "Loopback7" not in device.running()
    assert "set to default configuration" in terminal.type("default interface Gi0/0/1")
    assert "description x" not in device.running()
    assert INVALID in terminal.type("interface GigabitEthernet9/0/0")


def test_a_vrf_takes_the_addresses_of_an_interface_that_enters_or_leaves_it() -> None:
    device, terminal = router("vrf definition V", "address-family ipv4", "exit", "exit", "interface Gi0/0/1",
                              "ip address 10.1.0.1 255.255.255.0")  # fmt: skip
    assert "address(es) removed due to enabling VRF V" in terminal.type("vrf forwarding V")
    assert "10.1.0.1" not in device.running()
    terminal.run("ip address 10.1.0.1 255.255.255.0", "no vrf forwarding V")
    assert "10.1.0.1" not in device.running()
    assert "does not exist" in terminal.type("vrf forwarding NONE")


def test_trunks_add_and_remove_vlans() -> None:
    port = "interface GigabitEthernet1/0/1"
    device, terminal = router(port, "switchport mode trunk", "switchport trunk allowed vlan 10,20-22",
                              "switchport trunk allowed vlan add 23,30",
                              ports=("GigabitEthernet1/0/1",))  # fmt: skip
    assert "switchport trunk allowed vlan 10,20-23,30" in block(device, port)
    terminal.run("switchport trunk allowed vlan remove 20-22")
    assert "switchport trunk allowed vlan 10,23,30" in block(device, port)
    assert INVALID in terminal.type("switchport trunk allowed vlan ten")
    terminal.run("no switchport trunk allowed vlan")
    assert not any("allowed vlan" in line for line in block(device, port))


# ── lists ───────────────────────────────────────────────────────────────────


def test_a_duplicate_entry_of_an_access_list_is_silently_ignored() -> None:
    """The reason why moved lines cannot be edited in place."""
    device, terminal = router("ip access-list extended X", "permit tcp any any eq 22", "deny ip any any",
                              "permit tcp any any eq 22")  # fmt: skip
    assert block(device, "ip access-list extended X") == ["10 permit tcp any any eq 22", "20 deny ip any any"]
    assert "% Duplicate sequence number" in terminal.type("10 permit udp any any")
    terminal.run("15 permit udp any any", "no 10")
    assert block(device, "ip access-list extended X") == ["15 permit udp any any", "20 deny ip any any"]


def test_entries_of_an_access_list_are_printed_as_ios_writes_them() -> None:
    device, _ = router("ip access-list extended X", "permit ip 10.0.0.1 0.0.0.0 0.0.0.0 255.255.255.255",
                       "ip access-list standard S", "permit host 10.0.0.1")  # fmt: skip
    assert block(device, "ip access-list extended X") == ["10 permit ip host 10.0.0.1 any"]
    assert block(device, "ip access-list standard S") == ["10 permit 10.0.0.1"]


def test_prefix_lists_keep_their_numbers_and_refuse_taken_ones() -> None:
    device, terminal = router(
        "ip prefix-list P seq 10 permit 10.0.0.0/8", "ip prefix-list P seq 5 deny 10.1.0.0/16"
    )
    lines = [line for line in device.running().splitlines() if "prefix-list" in line]
    assert lines == ["ip prefix-list P seq 5 deny 10.1.0.0/16", "ip prefix-list P seq 10 permit 10.0.0.0/8"]
    assert "%Insertion failed" in terminal.type("ip prefix-list P seq 5 permit 192.0.2.0/24")
    terminal.run("no ip prefix-list P seq 5")
    assert device.running().count("prefix-list P") == 1
    terminal.run("no ip prefix-list P")
    assert "prefix-list P" not in device.running()


def test_a_route_map_changes_its_verdict_in_place_and_goes_as_a_whole() -> None:
    device, terminal = router(
        "route-map R permit 20", "route-map R permit 10", "match tag 1", "route-map R deny 10"
    )
    heads = [line for line in device.running().splitlines() if line.startswith("route-map")]
    assert heads == ["route-map R deny 10", "route-map R permit 20"]
    assert block(device, "route-map R deny 10") == ["match tag 1"]
    terminal.run("no route-map R")
    assert "route-map" not in device.running()


# ── what must be there first ────────────────────────────────────────────────


def test_a_neighbour_must_have_an_as_before_anything_else() -> None:
    device, terminal = router("router bgp 65000")
    assert terminal.type("neighbor 10.1.0.2 password x") == "% Specify remote-as or peer-group commands first"
    terminal.run("neighbor 10.1.0.2 remote-as 65001", "neighbor 10.1.0.2 password x", "address-family ipv4",
                 "neighbor 10.1.0.2 activate", "exit", "no neighbor 10.1.0.2")  # fmt: skip
    assert "10.1.0.2" not in device.running()
    assert terminal.type("router bgp 65099") == "BGP is already running; AS is 65000"


def test_policies_need_their_classes_and_interfaces_their_policies() -> None:
    device, terminal = router("policy-map P")
    assert "not configured" in terminal.type("class VOICE")
    terminal.run(
        "class-map match-any VOICE", "match dscp ef", "policy-map P", "class VOICE", "priority percent 10"
    )
    terminal.run("interface Gi0/0/1")
    assert "not configured" in terminal.type("service-policy output NONE")
    terminal.run("service-policy output P")
    assert "already attached" in terminal.run(
        "exit", "policy-map Q", "interface Gi0/0/1", "service-policy output Q"
    )
    assert terminal.type("no class-map match-any VOICE") == "% Class-map VOICE is being used"
    assert "class-map match-any VOICE" in device.running()


def test_aaa_lines_are_unknown_before_aaa_is_on() -> None:
    _, terminal = router()
    assert INVALID in terminal.type("aaa authentication login default local")
    assert terminal.run("aaa new-model", "aaa authentication login default local") == ""


# ── texts, secrets, users ───────────────────────────────────────────────────


@pytest.mark.parametrize("mark", ["^C", "#", "@"])
def test_a_banner_is_taken_up_to_its_mark_and_printed_with_ioss_own(mark: str) -> None:
    device, terminal = router()
    terminal.type(f"banner login {mark}")
    assert terminal.ask is not None
    terminal.run("", "hostname NOT-A-COMMAND", mark)
    assert terminal.ask is None
    assert "banner login ^C\n\nhostname NOT-A-COMMAND\n^C\n" in device.running()
    assert device.hostname == "R1"
    terminal.run("no banner login")
    assert "banner" not in device.running()


def test_secrets_are_stored_as_hashes_and_passwords_as_type_7_where_asked() -> None:
    device, terminal = router("username a secret 0 in-clear", "router bgp 1", "neighbor 10.1.0.2 remote-as 2",
                              "neighbor 10.1.0.2 password plain")  # fmt: skip
    assert "in-clear" not in device.running()
    assert device.login("a", "in-clear") == 1
    assert "neighbor 10.1.0.2 password plain" in device.running()
    terminal.run("service password-encryption", "router bgp 1", "neighbor 10.1.0.2 password plain")
    assert "password plain" not in device.running()
    assert "neighbor 10.1.0.2 password 7 " in device.running()


def test_known_vectors_of_ciscos_types() -> None:
    """Type 7 from countless forums; types 8 and 9 from the test suites of John the Ripper and hashcat."""
    assert read7("0822455D0A16") == "cisco"
    assert type7("cisco", 8) == "0822455D0A16"
    assert (
        type8("hashcat", "TnGX/fE4KGHOVU") == "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"
    )
    assert (
        type9("hashcat", "2MJBozw/9R3UsU") == "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"
    )
    assert matches(
        "username x secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "hashcat"
    )
    assert not matches(
        "username x secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", "other"
    )


def test_snmp_users_never_stand_in_the_configuration_and_survive_a_restart_when_saved() -> None:
    device, terminal = router("snmp-server user watch NET v3 auth sha secret-a priv aes 128 secret-p", "end")
    assert "watch" not in device.running()
    assert "User name: watch" in terminal.type("show snmp user")
    assert "AES128" in terminal.type("show snmp user")
    assert "secret-" not in terminal.type("show snmp user")
    terminal.run("write memory")
    device.reboot()
    assert "watch" in Terminal(device).type("show snmp user")


def test_a_user_is_removed_only_when_one_says_yes() -> None:
    device, terminal = router("username b secret 0 x")
    terminal.type("no username b")
    assert terminal.ask is not None
    assert "[confirm]" in terminal.prompt
    terminal.type("n")
    assert "username b" in device.running()
    terminal.run("no username b", "")
    assert "username b" not in device.running()


def test_aaa_servers_decide_before_local_users_when_they_are_asked_first() -> None:
    device = Ios(Spec("R1", "cisco_ios", password="local", aaa={"noc": "central"}), Clock(0))
    device.boot()
    assert device.login("noc", "central") is None
    terminal = Terminal(device)
    terminal.run("configure terminal", "aaa new-model", "aaa authentication login default group T local")
    assert (device.login("noc", "central"), device.login("noc", "other")) == (15, None)
    assert device.login("admin", "local") == 15


# ── what is printed reads back ──────────────────────────────────────────────


def test_what_it_prints_is_what_it_would_boot_from() -> None:
    device, terminal = router("interface Gi0/0/1", "no ip redirects", "ip address 10.1.0.1 255.255.255.0",
                              "router bgp 65000", "no bgp default ipv4-unicast")  # fmt: skip
    terminal.run("neighbor 10.1.0.2 remote-as 65001", "address-family ipv4", "neighbor 10.1.0.2 activate",
                 "ip access-list extended X", "permit ip any any", "banner motd #", "hello", "#", "end",
                 "write memory")  # fmt: skip
    before = device.running()
    device.reboot()
    assert device.running() == before
    assert [line for line in device.log if "startup-config:" in line] == []
