// Guards: one for each alias of a registry or collection. Proposals: listed by collection, and by where they lie.
CREATE CONSTRAINT guard_alias IF NOT EXISTS FOR (n:Guard) REQUIRE (n.owner_id, n.name) IS UNIQUE;
CREATE CONSTRAINT proposal_id IF NOT EXISTS FOR (n:Proposal) REQUIRE n.id IS UNIQUE;
CREATE INDEX proposal_collection IF NOT EXISTS FOR (n:Proposal) ON (n.collection_id, n.created_at);
CREATE INDEX proposal_scope IF NOT EXISTS FOR (n:Proposal) ON (n.scope_id, n.state, n.created_at);
