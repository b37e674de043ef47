// `@neo4j/graphql` behind graphql-yoga, as its documentation sets it up: `node server.mjs PORT NEO4J_URL`.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { Neo4jGraphQL } from "@neo4j/graphql";
import { createYoga } from "graphql-yoga";
import neo4j from "neo4j-driver";

const [port, url] = process.argv.slice(2);
const typeDefs = readFileSync(new URL("types.graphql", import.meta.url), "utf8");
const driver = neo4j.driver(url);
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const yoga = createYoga({ schema, graphiql: false, logging: false });
createServer(yoga).listen(Number(port), "127.0.0.1");
