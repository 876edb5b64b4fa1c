"""Neo4j and the object store: every query and every signature lives here."""
