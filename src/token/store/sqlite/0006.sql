-- The name of the key ring whose tokens are in here. It is no secret.
ALTER TABLE authority ADD COLUMN keys TEXT;
