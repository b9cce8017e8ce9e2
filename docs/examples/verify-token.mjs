// Verifies a consentinel state token (a JWT, EdDSA) with nothing but Node's own crypto.
//
//   import { verifyToken } from './verify-token.mjs';
//   const jwks = await (await fetch(`${issuer}/.well-known/jwks.json`)).json(); // keep it for an hour
//   const state = verifyToken(token, { jwks, issuer, site: 'shop.example' });
//   if (state?.choices.performance) { … }
//
// As a command: node verify-token.mjs JWKS_FILE ISSUER SITE < token   (exit status 1: no choice)
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const SKEW_S = 300;

/** What the token says; null for one that is forged, foreign or too old. Treat null as a visitor without a choice. */
export const verifyToken = (token, { jwks, issuer, site, nowS = Date.now() / 1000 }) => {
  try {
    const [head, body, signature, ...rest] = token.trim().split('.');
    const header = read(head);
    const jwk = jwks.keys.find(({ kid }) => kid === header.kid);
    if (rest.length || !jwk || header.alg !== 'EdDSA' || header.typ !== 'consentinel-state+jwt') return null;
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: jwk.x }, format: 'jwk' });
    if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return null;
    const claims = read(body);
    const holds = claims.iss === issuer && claims.aud === site && claims.iat - SKEW_S <= nowS && nowS < claims.exp;
    return holds ? claims : null;
  } catch {
    return null;
  }
};

const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [file, issuer, site] = process.argv.slice(2);
  const state = verifyToken(readFileSync(0, 'utf8'), { jwks: JSON.parse(readFileSync(file, 'utf8')), issuer, site });
  console.log(JSON.stringify(state));
  process.exitCode = state ? 0 : 1;
}
