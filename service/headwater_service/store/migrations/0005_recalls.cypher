// Recalls: `active_for` is the id of the recalled version, and is there only until the recall is withdrawn.
CREATE CONSTRAINT recall_id IF NOT EXISTS FOR (n:Recall) REQUIRE n.id IS UNIQUE;
CREATE INDEX recall_active IF NOT EXISTS FOR (n:Recall) ON (n.active_for);
CREATE INDEX recall_scope IF NOT EXISTS FOR (n:Recall) ON (n.scope_id, n.at);
CREATE INDEX recall_collection IF NOT EXISTS FOR (n:Recall) ON (n.collection_id, n.at);
