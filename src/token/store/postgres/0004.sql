-- How often each mark beside keys was moved, and where it was made. Only who has the mark moves its number, so
-- a copy of this store that others go on with does not catch up with it.
CREATE TABLE marks (
    name TEXT NOT NULL,
    -- Several rows for one mark, so that no change waits for another one of the same node.
    slot BIGINT NOT NULL,
    moves BIGINT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (name, slot)
) WITH (fillfactor = 20);
