// Speaks to a hub as graphql-sse does, a connection for each operation; prints what came of it as JSON.
import { createClient } from "graphql-sse";

const { url, query, subscription, broken } = JSON.parse(process.argv[2]);
const client = createClient({ url, retryAttempts: 0 });
const found = { told: [] };

for await (const result of client.iterate({ query })) found.answer = result;
try {
  for await (const result of client.iterate({ query: broken })) found.told.push(result);
} catch (error) {
  found.errors = Array.isArray(error) ? error.map((one) => one.message) : [String(error)];
}
for await (const result of client.iterate(subscription)) {
  found.told.push(result);
  if (found.told.length === 2) break;
}
client.dispose();
console.log(JSON.stringify(found));
