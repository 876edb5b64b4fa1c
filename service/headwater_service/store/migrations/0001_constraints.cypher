// Identity. The label EventScope is on every node that is locked for a write (see store/operations.py).
CREATE CONSTRAINT event_scope_id IF NOT EXISTS FOR (n:EventScope) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT lineage_id IF NOT EXISTS FOR (n:Lineage) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT entity_name IF NOT EXISTS FOR (n:Entity) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT user_id IF NOT EXISTS FOR (n:User) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT user_name IF NOT EXISTS FOR (n:User) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT api_key_id IF NOT EXISTS FOR (n:ApiKey) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT api_key_hash IF NOT EXISTS FOR (n:ApiKey) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT sign_in_hash IF NOT EXISTS FOR (n:SignIn) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT session_hash IF NOT EXISTS FOR (n:Session) REQUIRE n.hash IS UNIQUE;
CREATE CONSTRAINT container_id IF NOT EXISTS FOR (n:Container) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT container_name IF NOT EXISTS FOR (n:Container) REQUIRE (n.entity_id, n.name) IS UNIQUE;
CREATE CONSTRAINT collection_id IF NOT EXISTS FOR (n:Collection) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT collection_name IF NOT EXISTS FOR (n:Collection) REQUIRE (n.scope_id, n.name) IS UNIQUE;
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT run_key IF NOT EXISTS FOR (n:Run) REQUIRE (n.scope_id, n.key) IS UNIQUE;
CREATE CONSTRAINT artifact_version_id IF NOT EXISTS FOR (n:ArtifactVersion) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT artifact_version_index IF NOT EXISTS FOR (n:ArtifactVersion) REQUIRE (n.collection_id, n.index) IS UNIQUE;
CREATE CONSTRAINT registry_version_id IF NOT EXISTS FOR (n:RegistryVersion) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT registry_version_index IF NOT EXISTS FOR (n:RegistryVersion) REQUIRE (n.collection_id, n.index) IS UNIQUE;
CREATE CONSTRAINT alias_name IF NOT EXISTS FOR (n:Alias) REQUIRE (n.collection_id, n.name) IS UNIQUE;
CREATE CONSTRAINT alias_move_rev IF NOT EXISTS FOR (n:AliasMove) REQUIRE (n.collection_id, n.name, n.rev) IS UNIQUE;
CREATE CONSTRAINT blob_digest IF NOT EXISTS FOR (n:Blob) REQUIRE (n.entity_id, n.digest) IS UNIQUE;
CREATE CONSTRAINT manifest_digest IF NOT EXISTS FOR (n:Manifest) REQUIRE (n.entity_id, n.digest) IS UNIQUE;
CREATE CONSTRAINT event_id IF NOT EXISTS FOR (n:Event) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT event_number IF NOT EXISTS FOR (n:Event) REQUIRE (n.scope, n.number) IS UNIQUE;
CREATE CONSTRAINT event_operation IF NOT EXISTS FOR (n:Event) REQUIRE (n.scope, n.operation_id) IS UNIQUE;
CREATE CONSTRAINT event_seq IF NOT EXISTS FOR (n:Event) REQUIRE n.seq IS UNIQUE;
CREATE CONSTRAINT event_chain_name IF NOT EXISTS FOR (n:EventChain) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT stream_id IF NOT EXISTS FOR (n:Stream) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT history_chunk_first IF NOT EXISTS FOR (n:HistoryChunk) REQUIRE (n.run_id, n.stream, n.first) IS UNIQUE;
CREATE CONSTRAINT lease_name IF NOT EXISTS FOR (n:Lease) REQUIRE n.name IS UNIQUE;

// One edge of a kind between a run and a version: a duplicate is a success.
CREATE CONSTRAINT consumed_id IF NOT EXISTS FOR ()-[e:CONSUMED_BY]-() REQUIRE e.id IS UNIQUE;
CREATE CONSTRAINT produced_id IF NOT EXISTS FOR ()-[e:PRODUCED]-() REQUIRE e.id IS UNIQUE;
CREATE CONSTRAINT linked_id IF NOT EXISTS FOR ()-[e:LINKED_TO]-() REQUIRE e.id IS UNIQUE;

// Listings and look-ups.
CREATE INDEX run_created IF NOT EXISTS FOR (n:Run) ON (n.scope_id, n.created_at);
CREATE INDEX run_state IF NOT EXISTS FOR (n:Run) ON (n.state, n.heartbeat_at);
CREATE INDEX artifact_version_created IF NOT EXISTS FOR (n:ArtifactVersion) ON (n.scope_id, n.created_at);
CREATE INDEX registry_version_created IF NOT EXISTS FOR (n:RegistryVersion) ON (n.scope_id, n.created_at);
CREATE INDEX artifact_version_digest IF NOT EXISTS FOR (n:ArtifactVersion) ON (n.collection_id, n.digest);
CREATE INDEX collection_scope IF NOT EXISTS FOR (n:Collection) ON (n.scope_id);
CREATE INDEX alias_move_at IF NOT EXISTS FOR (n:AliasMove) ON (n.collection_id, n.name, n.at);
CREATE INDEX field_number IF NOT EXISTS FOR (n:Field) ON (n.scope_id, n.path, n.num);
CREATE INDEX field_text IF NOT EXISTS FOR (n:Field) ON (n.scope_id, n.path, n.str);
CREATE INDEX field_owner IF NOT EXISTS FOR (n:Field) ON (n.owner_id);
CREATE INDEX event_unsequenced IF NOT EXISTS FOR (n:Unsequenced) ON (n.at);
CREATE INDEX api_key_user IF NOT EXISTS FOR (n:ApiKey) ON (n.user_id);
CREATE INDEX sign_in_user IF NOT EXISTS FOR (n:SignIn) ON (n.user_id);
CREATE INDEX session_user IF NOT EXISTS FOR (n:Session) ON (n.user_id);
CREATE INDEX history_chunk_steps IF NOT EXISTS FOR (n:HistoryChunk) ON (n.run_id, n.max_step);
CREATE INDEX event_visible IF NOT EXISTS FOR (n:Event) ON (n.scope_id, n.seq);
CREATE LOOKUP INDEX node_labels IF NOT EXISTS FOR (n) ON EACH labels(n);
