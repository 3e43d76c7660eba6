"""datatrove on the same documents, run by its own Python (SEEDBED_DATATROVE): rules, and MinHash end to end.

`python peers_text.py DOCS.jsonl rules|minhash OUT.json`: CPU seconds, and what was kept or paired.
"""

import json
import sys
import tempfile
import time
from pathlib import Path


def documents(path):
    from datatrove.data import Document

    with Path(path).open() as file:
        return [Document(text=json.loads(line)["text"], id=str(k)) for k, line in enumerate(file)]


def rules(path):
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    docs = documents(path)
    filters = [GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter()]
    for f in filters:
        f.filter(documents(path)[0])  # tokenizers are loaded before the clock starts
    begin, kept = time.process_time(), [0, 0, 0, 0]
    for doc in docs:
        text = doc.text
        for k, f in enumerate(filters):
            doc.text = text
            kept[k] += f.filter(doc) is True
    return {"seconds": time.process_time() - begin, "documents": len(docs), "kept": kept}


def minhash(path):
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(hash_config=HashConfig(precision=64), num_buckets=14, hashes_per_bucket=8)
    docs = documents(path)
    with tempfile.TemporaryDirectory() as home:
        warm = MinhashDedupSignature(output_folder=f"{home}/warm", config=config)
        warm.run(iter(docs[:20]), 0, 1)
        begin = time.process_time()
        MinhashDedupSignature(output_folder=f"{home}/s", config=config).run(iter(docs), 0, 1)
        first = time.process_time() - begin
        for bucket in range(config.num_buckets):
            buckets = MinhashDedupBuckets(input_folder=f"{home}/s", output_folder=f"{home}/b", config=config)
            buckets.run(None, bucket, config.num_buckets)
        cluster = MinhashDedupCluster(
            input_folder=f"{home}/b",
            output_folder=f"{home}/c",
            config=config,
            save_cluster_id=True,
            save_cluster_size=True,
        )
        cluster.run(None, 0, 1)
        seconds = time.process_time() - begin
        removed = set()
        for file in Path(f"{home}/c").glob("*.remove"):
            import struct

            data = file.read_bytes()
            removed |= {v[0] for v in struct.iter_unpack("<I", data)}
    return {"seconds": seconds, "signatures": first, "documents": len(docs), "removed": sorted(removed)}


if __name__ == "__main__":
    made = {"rules": rules, "minhash": minhash}[sys.argv[2]](sys.argv[1])
    Path(sys.argv[3]).write_text(json.dumps(made))
