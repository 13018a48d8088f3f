-- Names of requests are random: each new one went into a page of its own, of an index that is larger than what
-- is kept in memory, and the journal was busy with nothing else. So there is an index for each 1,024 decisions.
DROP INDEX decisions_by_request;
CREATE INDEX decisions_by_request ON decisions (id >> 10, request_id);
