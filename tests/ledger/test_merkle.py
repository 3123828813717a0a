"""The Merkle tree against RFC 6962's definition, and against Certificate Transparency's own vectors."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.ledger.checkpoint import Checkpoint, checkpoint, parse
from mlops_spec.ledger.merkle import Frontier

# certificate-transparency's merkletree tests: leaves, and the roots of the first 1 to 8 of them
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + definition(leaves[:split]) + definition(leaves[split:])).digest()


def grown(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.grown(leaf)
    return frontier


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert grown([bytes.fromhex(leaf) for leaf in LEAVES[:size]]).root.hex() == ROOTS[size - 1]


@given(st.lists(st.binary(max_size=5), max_size=70))
def test_the_definition(leaves: list[bytes]) -> None:
    frontier = grown(leaves)

    assert frontier.root == definition(leaves)
    assert Frontier.parse(len(leaves), frontier.text()) == frontier


@pytest.mark.parametrize(("size", "text"), [(3, b"YQ==\n"), (1, b"YQ==\n"), (1, b"!\n"), (0, b"YQ==\n")])
def test_a_damaged_frontier_is_refused(size: int, text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Frontier.parse(size, text)


def test_a_checkpoint_is_read_back_from_its_note_and_from_a_tags_message() -> None:
    note = checkpoint("github.com/acme/churn#1", grown([b"x"]))

    assert parse(str(note)) == note
    assert parse(f"object abc\ntype commit\n\nchurn v1.0.0\n\n{note}") == note


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
        "a b\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    assert parse(text) is None


def test_its_three_lines() -> None:
    assert str(Checkpoint("a/b", 1, bytes(32))) == "a/b\n1\n" + "A" * 43 + "=\n"
