// Which streams have chunks to merge, and which objects are spent since.
CREATE INDEX stream_loose IF NOT EXISTS FOR (n:Stream) ON (n.loose);
CREATE INDEX spent_chunk_at IF NOT EXISTS FOR (n:SpentChunk) ON (n.spent_at);
MATCH (stream:Stream) WHERE stream.loose IS NULL SET stream.loose = 1;
