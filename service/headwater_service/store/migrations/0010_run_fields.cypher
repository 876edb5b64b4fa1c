// Leaves of the configs and summaries of runs, `config.lr` and `summary.loss`: runs are found by their numbers and
// texts, ordered by their ranks (the number of a leaf that is the only one of its path), and found among a run's own.
CREATE INDEX run_field_number IF NOT EXISTS FOR (n:RunField) ON (n.scope_id, n.path, n.num);
CREATE INDEX run_field_text IF NOT EXISTS FOR (n:RunField) ON (n.scope_id, n.path, n.str);
CREATE INDEX run_field_rank IF NOT EXISTS FOR (n:RunField) ON (n.scope_id, n.path, n.rank);
CREATE INDEX run_field_run IF NOT EXISTS FOR (n:RunField) ON (n.run_id, n.path);
