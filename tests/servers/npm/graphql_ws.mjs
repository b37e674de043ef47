// Speaks to a hub as graphql-ws does; prints what came of it as JSON.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { url, query, subscription, broken } = JSON.parse(process.argv[2]);
const client = createClient({ url, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, keepAlive: 50 });
const found = { pongs: 0, told: [] };
client.on("pong", () => (found.pongs += 1));

for await (const result of client.iterate({ query })) found.answer = result;
try {
  for await (const result of client.iterate({ query: broken })) found.told.push(result);
} catch (errors) {
  found.errors = errors.map((error) => error.message);
}
for await (const result of client.iterate(subscription)) {
  found.told.push(result);
  if (found.told.length === 2) break;
}
while (found.pongs === 0) await new Promise((resolve) => setTimeout(resolve, 10));
await client.dispose();
console.log(JSON.stringify(found));
