CREATE TABLE connector_identity (connector text COLLATE "C" PRIMARY KEY, name text NOT NULL);
