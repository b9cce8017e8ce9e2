// Cloudflare's part, as a server: node serve-worker.mjs WORKER ROOT PORT. The origin behind the worker serves files.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, root, port] = process.argv.slice(2);
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.gif': 'image/gif', '.css': 'text/css' };

globalThis.fetch = async ({ url }) => {
  const path = normalize(new URL(url).pathname).replace(/\/$/, '/index.html');
  const headers = { 'content-type': TYPES[extname(path)] ?? 'text/html', etag: '"1"' };
  try {
    return new Response(await readFile(join(root, path)), { headers });
  } catch {
    return new Response('no such page', { status: 404, headers });
  }
};

const worker = (await import(pathToFileURL(file).href)).default;
createServer(async (incoming, outgoing) => {
  const url = `http://127.0.0.1:${port}${incoming.url}`;
  const answer = await worker.fetch(new Request(url, { method: incoming.method, headers: incoming.headers }));
  const headers = Object.fromEntries(answer.headers);
  outgoing.writeHead(answer.status, { ...headers, 'set-cookie': answer.headers.getSetCookie() });
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
}).listen(Number(port), '127.0.0.1');
