-- The epoch that the key ring is about to take. A ring that has it is no sign of a restored store.
ALTER TABLE authority ADD COLUMN announced BIGINT;
