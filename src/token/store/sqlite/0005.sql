-- How often each mark beside keys was moved, and where it was made. Only who has the mark moves its number, so
-- a copy of this store that others go on with does not catch up with it.
CREATE TABLE marks (
    name TEXT NOT NULL,
    slot INTEGER NOT NULL,
    moves INTEGER NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (name, slot)
) STRICT, WITHOUT ROWID;
