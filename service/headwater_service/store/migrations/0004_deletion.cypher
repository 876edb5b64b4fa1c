// What ended in one deletion, and the trash of a project or registry.
CREATE INDEX lineage_deletion IF NOT EXISTS FOR (n:Lineage) ON (n.deletion_id);
CREATE INDEX collection_deletion IF NOT EXISTS FOR (n:Collection) ON (n.deletion_id);
CREATE INDEX container_deletion IF NOT EXISTS FOR (n:Container) ON (n.deletion_id);
CREATE INDEX lineage_ended IF NOT EXISTS FOR (n:Lineage) ON (n.scope_id, n.ended_at);
CREATE INDEX collection_ended IF NOT EXISTS FOR (n:Collection) ON (n.scope_id, n.ended_at);

// Versions and collections with a time to live. Only what has one is in these indexes.
CREATE INDEX artifact_version_expiry IF NOT EXISTS FOR (n:ArtifactVersion) ON (n.expiry_at);
CREATE INDEX collection_ttl IF NOT EXISTS FOR (n:Collection) ON (n.ttl_seconds);
CREATE INDEX artifact_version_age IF NOT EXISTS FOR (n:ArtifactVersion) ON (n.collection_id, n.state, n.created_at);
