"""GraphQL types and resolvers, one module a noun."""
