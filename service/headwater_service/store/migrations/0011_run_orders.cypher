// Runs in the order of their states, job types and names; the id lets an index break the many ties.
CREATE INDEX run_by_state IF NOT EXISTS FOR (n:Run) ON (n.scope_id, n.state, n.id);
CREATE INDEX run_by_job_type IF NOT EXISTS FOR (n:Run) ON (n.scope_id, n.job_type, n.id);
CREATE INDEX run_by_name IF NOT EXISTS FOR (n:Run) ON (n.scope_id, n.name, n.id);
