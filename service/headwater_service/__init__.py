"""The service: GraphQL over the lineage graph, the registry and the object store."""
