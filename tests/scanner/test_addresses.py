"""Address policy: what is public, how hosts are spelled, what `--resolve` says."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.addresses import (
    EgressPolicy,
    HostMapping,
    canonical_host,
    is_localhost,
    is_public,
    literal,
    parse_resolve,
    split_authority,
)
from consentinel.scanner.errors import InputError

PUBLIC = [
    "8.8.8.8",
    "93.184.215.14",
    "2606:4700::1111",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
    "::8.8.8.8",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%2",
    "fec0::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_by_the_embedded_one(address: IPv4Address) -> None:
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)
    assert is_public(IPv6Address(int(address))) == is_public(address)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_public(address: IPv4Address | IPv6Address) -> None:
    embeds_v4 = isinstance(address, IPv6Address) and int(address) >> 32 in {0, 0xFFFF}
    if not embeds_v4 and (address.is_private or address.is_multicast or address.is_link_local):
        assert not is_public(address)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("a_b.example", "a_b.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
        ("[0:0::0:1]", "::1"),
        ("4u.example", "4u.example"),
        ("1.2.3.4.example", "1.2.3.4.example"),
    ],
)
def test_canonical_host(text: str, host: str) -> None:
    assert canonical_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "example.com..",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "127.0.0.01",
        "1.2.3.4.5",
        "foo.0x",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "münchen.example",
        "a b",
        "a\x00b",
        "user@example.com",
        "good.example\\@evil.example",
        "[::1%eth0]",
        "[::1",
        "[127.0.0.1]",
        "::1]",
        ":",
        "a" * 64,
        ".".join(["a" * 60] * 5),
    ],
)
def test_other_spellings_are_no_hosts(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_host(text)


@given(st.text())
def test_canonical_host_is_stable_and_plain(text: str) -> None:
    try:
        host = canonical_host(text)
    except ValueError:
        return
    assert host.isascii()
    assert host == host.lower()
    assert canonical_host(f"[{host}]" if ":" in host else host) == host
    assert literal(host) is not None or not host.rpartition(".")[2].isdigit()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com", ("example.com", 80)),
        ("example.com:8080", ("example.com", 8080)),
        ("[::1]:443", ("::1", 443)),
        ("[::1]", ("::1", 80)),
    ],
)
def test_split_authority(text: str, expected: tuple[str, int]) -> None:
    assert split_authority(text, 80) == expected


@pytest.mark.parametrize(
    "text", ["", ":80", "a:", "a:0", "a:65536", "a:1:2", "::1:80", "a:+80", "a: 80", "a@b:80"]
)
def test_malformed_authorities(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        split_authority(text, 80)


def test_an_authority_without_a_default_needs_a_port() -> None:
    with pytest.raises(ValueError, match="port"):
        split_authority("example.com", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("shop.example=127.0.0.1", ("shop.example", HostMapping("127.0.0.1"))),
        ("Shop.Example.=127.0.0.1:8080", ("shop.example", HostMapping("127.0.0.1", 8080))),
        ("shop.example=[::1]:8443", ("shop.example", HostMapping("::1", 8443))),
        ("shop.example=[::1]", ("shop.example", HostMapping("::1"))),
        ("*=127.0.0.1:9000", ("*", HostMapping("127.0.0.1", 9000))),
    ],
)
def test_parse_resolve(text: str, expected: tuple[str, HostMapping]) -> None:
    assert parse_resolve(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "shop.example",
        "shop.example=",
        "=127.0.0.1",
        "*.example=127.0.0.1",
        "shop.example=other.example",
        "shop.example=127.0.0.1:0",
        "shop.example=127.0.0.1:70000",
        "shop.example=127.0.0.1:",
        "shop.example=127.1",
        "shop.example=[::1",
        "shop.example=::1:80x",
        "münchen.example=127.0.0.1",
    ],
)
def test_parse_resolve_says_what_to_write(text: str) -> None:
    with pytest.raises(InputError, match=r"HOST=IP\[:PORT\]") as caught:
        parse_resolve(text)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_parse_resolve_raises_nothing_else(text: str) -> None:
    try:
        host, mapping = parse_resolve(text)
    except InputError:
        return
    assert host == "*" or canonical_host(f"[{host}]" if ":" in host else host) == host
    assert ip_address(mapping.address)


@given(
    st.from_regex(r"[a-z]{1,20}(\.[a-z]{1,20}){0,3}", fullmatch=True),
    st.ip_addresses(),
    st.none() | st.integers(1, 65535),
)
def test_parse_resolve_reads_what_it_should(
    host: str, address: IPv4Address | IPv6Address, port: int | None
) -> None:
    shown = f"[{address}]" if address.version == 6 else str(address)
    text = f"{host}={shown}" + ("" if port is None else f":{port}")
    assert parse_resolve(text) == (host, HostMapping(str(address), port))


def test_policy_by_default_takes_public_addresses_on_web_ports_only() -> None:
    policy = EgressPolicy()
    assert policy.objection(ip_address("8.8.8.8"), 443) is None
    assert policy.objection(ip_address("8.8.8.8"), 22) == "port"
    assert policy.objection(ip_address("127.0.0.1"), 80) == "not-global"


def test_policy_with_private_addresses_still_guards_public_ports() -> None:
    policy = EgressPolicy(allow_private=True)
    assert policy.objection(ip_address("127.0.0.1"), 3000) is None
    assert policy.objection(ip_address("8.8.8.8"), 22) == "port"


# each must stay out of reach, in every spelling, also where private addresses are wanted
METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:42::42",
    "fd00:c1::a9fe:a9fe",
    "fd00:ec2::254",
    "fd00:ec2::254%1",
    "fd20:ce::254",
    "fe80::a9fe:a9fe",
]
EMBEDDINGS = [
    "::ffff:{0:x}:{1:x}",
    "::{0:x}:{1:x}",
    "::ffff:0:{0:x}:{1:x}",
    "64:ff9b::{0:x}:{1:x}",
    "64:ff9b:1::{0:x}:{1:x}",
    "64:ff9b:1:ff:ff:0:{0:x}:{1:x}",
    "2002:{0:x}:{1:x}::1",
]


@pytest.mark.parametrize("text", METADATA)
@pytest.mark.parametrize("allow_private", [True, False])
def test_metadata_of_clouds_is_never_dialled(text: str, allow_private: bool) -> None:
    assert EgressPolicy(allow_private=allow_private).objection(ip_address(text), 80) == "not-global"


@pytest.mark.parametrize("embedding", EMBEDDINGS)
@pytest.mark.parametrize("text", [text for text in METADATA if "." in text])
def test_nor_is_an_address_that_embeds_it(text: str, embedding: str) -> None:
    inner = int(IPv4Address(text))
    address = ip_address(embedding.format(inner >> 16, inner & 0xFFFF))
    assert EgressPolicy(allow_private=True).objection(address, 80) == "not-global"


@pytest.mark.parametrize("embedding", EMBEDDINGS)
def test_an_address_that_embeds_a_private_one_is_private(embedding: str) -> None:
    address = ip_address(embedding.format(0x0A00, 1))
    assert EgressPolicy(allow_private=True).objection(address, 3000) is None
    assert EgressPolicy().objection(address, 80) == "not-global"


def test_a_teredo_address_is_judged_by_both_of_its_own() -> None:
    hidden = int(IPv4Address("169.254.169.254")) ^ 0xFFFFFFFF
    for number in ((0x20010000 << 96) + hidden, 0x20010000A9FEA9FE << 64):
        assert EgressPolicy(allow_private=True).objection(IPv6Address(number), 80) == "not-global"


@given(st.ip_addresses(network="169.254.0.0/16") | st.ip_addresses(network="fe80::/10"))
def test_link_local_addresses_are_never_dialled(address: IPv4Address | IPv6Address) -> None:
    assert EgressPolicy(allow_private=True).objection(address, 80) == "not-global"


@pytest.mark.parametrize("text", ["192.168.1.1", "100.64.0.1", "fd00::1", "::1", "::ffff:127.0.0.1"])
def test_other_private_addresses_can_be_allowed(text: str) -> None:
    assert EgressPolicy(allow_private=True).objection(ip_address(text), 3000) is None


def test_the_star_stands_for_names_but_not_for_addresses_and_localhost() -> None:
    policy = EgressPolicy(
        resolve={"*": HostMapping("127.0.0.1", 9000), "10.0.0.1": HostMapping("127.0.0.1", 1)}
    )
    assert policy.mapping("any.example") == HostMapping("127.0.0.1", 9000)
    assert policy.mapping("127.0.0.1") is None
    assert policy.mapping("localhost") is None
    assert policy.mapping("10.0.0.1") == HostMapping("127.0.0.1", 1)


@pytest.mark.parametrize(
    ("host", "answer"), [("localhost", True), ("a.localhost", True), ("notlocalhost", False)]
)
def test_localhost_names(host: str, answer: bool) -> None:
    assert is_localhost(host) is answer
