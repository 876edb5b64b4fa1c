// Tags as they are written, each a word of its own: what has a tag is found without looking at all the rest.
CREATE FULLTEXT INDEX collection_tags IF NOT EXISTS FOR (n:Collection) ON EACH [n.tags, n.scope_id]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword'}};
CREATE FULLTEXT INDEX version_tags IF NOT EXISTS FOR (n:ArtifactVersion) ON EACH [n.tags]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword'}};
