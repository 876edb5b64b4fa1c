// Text that is searched. `cjk` indexes every two neighbours of a run of Chinese, Japanese or Korean, so that any part
// of such a name is found; `search_scope` lets a search stay inside the projects and registries that may be seen.
CREATE FULLTEXT INDEX collection_search IF NOT EXISTS FOR (n:Collection) ON EACH [n.search_text, n.search_scope]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}};
CREATE FULLTEXT INDEX version_search IF NOT EXISTS FOR (n:ArtifactVersion|RegistryVersion) ON EACH [n.search_text, n.search_scope]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}};
CREATE FULLTEXT INDEX run_search IF NOT EXISTS FOR (n:Run) ON EACH [n.search_text, n.search_scope]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}};

// Versions by the aliases that point at them.
CREATE INDEX alias_by_name IF NOT EXISTS FOR (n:Alias) ON (n.name);
