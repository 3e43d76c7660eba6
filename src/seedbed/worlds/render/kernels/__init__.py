"""Warp kernels, one module a stage. The same source runs on the CPU (LLVM) and on CUDA (not run on a GPU here)."""
