"""Messages survive the stream, wherever it is cut."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.targets.local.serve.frame import Frame, Splitter, pack

FRAMES = st.lists(st.builds(Frame, st.integers(0, 2**32 - 1), st.integers(0, 999), st.binary(max_size=200)), max_size=8)


@given(FRAMES, st.lists(st.integers(0, 2000), max_size=12))
def test_frames_come_out_as_they_went_in(frames: list[Frame], cuts: list[int]) -> None:
    stream = b"".join(pack(*frame) for frame in frames)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    splitter = Splitter()

    got = [frame for start, end in itertools.pairwise(edges) for frame in splitter.feed(stream[start:end])]

    assert got == frames


def test_an_absurd_length_is_refused() -> None:
    with pytest.raises(ValueError, match="4,294,967,295 bytes"):
        Splitter().feed(struct.pack("!IIH", 2**32 - 1, 1, 200))
