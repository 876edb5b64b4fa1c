"""The rules, one module a noun: no GraphQL, no Cypher."""
