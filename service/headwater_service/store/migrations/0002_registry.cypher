// Names that projects, registries and collections had: each leads to one thing until something takes the name.
CREATE CONSTRAINT former_name IF NOT EXISTS FOR (n:FormerName) REQUIRE (n.scope_id, n.name) IS UNIQUE;
CREATE INDEX former_name_target IF NOT EXISTS FOR (n:FormerName) ON (n.target_id);
