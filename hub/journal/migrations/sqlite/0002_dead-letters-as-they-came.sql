-- What it takes to read a refused message again as it came: its content type, and whether the broker had kept it.

ALTER TABLE dead_letter ADD COLUMN content_type TEXT;
ALTER TABLE dead_letter ADD COLUMN retained INTEGER NOT NULL DEFAULT 0;
