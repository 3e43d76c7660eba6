"""The kernels that read text, one thread a document. They run on the CPU and on CUDA alike (not run on a GPU yet)."""
