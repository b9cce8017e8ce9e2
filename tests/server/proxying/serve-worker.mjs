// Cloudflare's part, as a server: node serve-worker.mjs WORKER ROOT PORT. Requests for other hosts go out, those for
// this one reach the origin behind the worker, which serves a page.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, root, port] = process.argv.slice(2);
const own = `http://127.0.0.1:${port}`;
const outside = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  if (new URL(input.url ?? input).origin !== own) return outside(input, init);
  return new Response(await readFile(join(root, 'index.html')), { headers: { 'content-type': 'text/html' } });
};

const bodyOf = async (incoming) => {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  return parts.length ? Buffer.concat(parts) : undefined;
};

const { default: worker } = await import(pathToFileURL(file).href);
createServer(async (incoming, outgoing) => {
  const headers = { ...incoming.headers, 'cf-connecting-ip': '192.0.2.7' };
  const { method } = incoming;
  // what Node's fetch sets by itself
  for (const name of ['connection', 'content-length', 'host', 'transfer-encoding']) delete headers[name];
  const answer = await worker.fetch(new Request(own + incoming.url, { method, headers, body: await bodyOf(incoming) }));
  const fields = Object.fromEntries(answer.headers);
  // what was decoded on the way is plain now
  delete fields['content-encoding'];
  delete fields['content-length'];
  outgoing.writeHead(answer.status, { ...fields, 'set-cookie': answer.headers.getSetCookie() });
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(Number(port), '127.0.0.1');
