"""The C library's memory: one heap for all threads, and large texts given back as soon as they are answered.

glibc gives threads heaps of their own, and keeps in each what the largest scrape it ever did needed; as any
thread may do any part of a scrape, the process grew for hours.  Python's threads take turns anyway.

Each thread has a cache besides, of up to seven freed pieces of every size below 1 KiB (tcache), which no
option of a running program bounds; it goes with its thread.  So threads of a scrape end with the scrape.
"""

from __future__ import annotations

import ctypes

# mallopt(3), <malloc.h>
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
LARGE_BYTES = 128 * 1024  # glibc's own; told, because it is else raised to the largest text that was freed
WANTED = {M_ARENA_MAX: 1, M_MMAP_THRESHOLD: LARGE_BYTES, M_TRIM_THRESHOLD: LARGE_BYTES}


def tidy() -> bool:
    """Have it so from now on, before threads begin; False where the C library knows no `mallopt`."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # musl
        return False
    return {mallopt(option, value) for option, value in WANTED.items()} == {1}
