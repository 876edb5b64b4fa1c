// The moves of all aliases of a collection by time; of one call they share it, and differ by name.
CREATE INDEX alias_move_of_collection IF NOT EXISTS FOR (n:AliasMove) ON (n.collection_id, n.at, n.name);
