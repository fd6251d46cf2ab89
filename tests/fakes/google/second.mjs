// Runs the npm package @emulators/google for tests/contract/test_google_second_opinion.py.
// Its modules are looked up from the working directory. Arguments: address, token. Prints the port.
import { createServer as listen } from "node:http";
import { pathToFileURL } from "node:url";

const [address, token] = process.argv.slice(2);
const { googlePlugin, seedFromConfig } = await import(
  pathToFileURL(`${process.cwd()}/node_modules/@emulators/google/dist/index.js`).href
);
const { createServer } = await import(
  pathToFileURL(`${process.cwd()}/node_modules/@emulators/core/dist/index.js`).href
);

const tokens = { [token]: { login: address, id: 1, scopes: ["https://mail.google.com/"] } };
const { app, store, baseUrl } = createServer(googlePlugin, { tokens });
seedFromConfig(store, baseUrl, { users: [{ email: address, name: "Ana" }] });

const server = listen(async (asked, answer) => {
  const parts = [];
  for await (const part of asked) parts.push(part);
  const body = ["GET", "HEAD"].includes(asked.method) ? undefined : Buffer.concat(parts);
  const headers = Object.entries(asked.headers).filter(([name]) => name !== "host");
  const url = `http://127.0.0.1${asked.url}`;
  const told = await app.fetch(new Request(url, { method: asked.method, headers, body }));
  const data = Buffer.from(await told.arrayBuffer());
  answer.writeHead(told.status, { ...Object.fromEntries(told.headers), "content-length": data.length });
  answer.end(data);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
