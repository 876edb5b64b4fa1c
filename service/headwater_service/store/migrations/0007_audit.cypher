// The audit trail: events are found by what they are about, and by who caused them, in the order of the server.
CREATE INDEX event_subject IF NOT EXISTS FOR (n:Event) ON (n.subject_id, n.seq);
CREATE INDEX event_actor IF NOT EXISTS FOR (n:Event) ON (n.by, n.seq);

// Events from before they named what they are about.
MATCH (event:Event)
WHERE event.subject_id IS NULL
SET event.subject_id = CASE event.kind
  WHEN 'COLLECTION_CREATED' THEN replace(event.answer, '"', '') ELSE event.scope END;
