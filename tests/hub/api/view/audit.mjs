// Asks a server what the official audit of GraphQL over HTTP asks, and prints each result as JSON, one a line.
// node audit.mjs <folder with node_modules> <url>

import { createRequire } from "node:module";

const [folder, url] = process.argv.slice(2);
const { serverAudits } = createRequire(`${folder}/`)("graphql-http");

for (const audit of serverAudits({ url })) {
  const { status, name, reason } = await audit.fn();
  console.log(JSON.stringify({ id: audit.id, name, status, reason }));
}
