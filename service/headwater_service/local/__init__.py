"""Local servers: provisioning, starting and checking Neo4j, MinIO and the service."""
