DROP INDEX kb_chunk_hash;
