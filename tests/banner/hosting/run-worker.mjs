// Runs cloudflare-worker.js as Cloudflare would: requests as JSON lines in, answers as JSON lines out.
// The origin behind it answers with what the request says; `fetch` inside the worker is that origin.
// usage: run-worker.mjs WORKER NOW_MS, the time at which the worker's clock stands still
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** Lower-case header names that reached the origin. */
let seen = [];
globalThis.fetch = async (request) => {
  seen = [...request.headers.keys()];
  const { status, headers, body } = JSON.parse(request.headers.get('test-origin') ?? '{}');
  return new Response(body ?? '<!doctype html>', { status: status ?? 200, headers: headers ?? { 'content-type': 'text/html' } });
};

const now = Number(process.argv[3]);
Date.now = () => now;

const worker = (await import(pathToFileURL(process.argv[2]).href)).default;
for await (const line of createInterface({ input: process.stdin })) {
  const { url, method, headers } = JSON.parse(line);
  seen = [];
  const answer = await worker.fetch(new Request(url, { method, headers: new Headers(headers) }));
  console.log(JSON.stringify({ status: answer.status, headers: [...answer.headers], body: await answer.text(), seen }));
}
