"""Start Warp once: compiler flags, a kernel cache of our own, and one compilation at a time.

On the CPU kernels are compiled with -march=native and -ffast-math (no kernel relies on NaN), which halves
the time of rays and ties the cache and the last bits of RGB to the CPU type; so the cache folder carries
the CPU's name. SEEDBED_CACHE moves it. Modules that must be exact or portable set options of their own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import warp as wp

from seedbed.errors import UsageError
from seedbed.lineage import cpu_name

FLAGS = "-march=native -ffast-math -w -mllvm=-inline-threshold=9000 -mllvm=-inline-cold-callsite-threshold=3000"


def cache_folder() -> Path:
    """Where compiled kernels are kept."""
    root = Path(os.environ.get("SEEDBED_CACHE", Path.home() / ".cache" / "seedbed"))
    cpu = hashlib.sha256(cpu_name().encode()).hexdigest()[:8]
    return root / f"kernels-warp{wp.config.version}-{cpu}"


@lru_cache(maxsize=1)
def start() -> None:
    """Configure and initialise Warp, quietly."""
    wp.config.log_level = wp.LOG_ERROR
    wp.config.enable_backward = False
    wp.config.cpu_compiler_flags = FLAGS
    wp.config.kernel_cache_dir = str(cache_folder())
    with _quiet_stderr():  # without a GPU the native library warns on every start
        wp.init()


def loaded(modules: Iterable[Any], device: str) -> str:
    """The device, with these modules of kernels compiled; UsageError when Warp cannot use it."""
    start()
    if device != "cpu" and device not in [str(d) for d in wp.get_cuda_devices()]:
        known = ", ".join(["cpu", *(str(d) for d in wp.get_cuda_devices())])
        raise UsageError(f"no device '{device}'", where="device", hint=f"known: {known}")
    with _one_at_a_time():
        for module in modules:
            wp.load_module(module, device=device)
    return device


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)
