// A variable template for a Tag Manager server container (sandboxed JavaScript): true where a visitor has granted a
// category. Fields: `server` (https://consent.shop.example), `site` (shop.example), `category` (performance), and
// `token` (the state token that the page has sent along; may be empty where the container gets the proof cookie).
// Permissions: "Sends HTTP requests" to `server`, "Reads HTTP request" for the header `sec-gpc`,
// and "Reads cookie value(s)" of the two names that
//   printf 'consentinel_proof_%.8s' "$(printf shop.example | sha256sum)"
// prints for your site: as it is, and with __Host- in front.
const sendHttpRequest = require('sendHttpRequest');
const getCookieValues = require('getCookieValues');
const getRequestHeader = require('getRequestHeader');
const encodeUriComponent = require('encodeUriComponent');
const sha256Sync = require('sha256Sync');
const JSON = require('JSON');

const cookies = [];
const cookie = 'consentinel_proof_' + sha256Sync(data.site, { outputEncoding: 'hex' }).substring(0, 8);
[cookie, '__Host-' + cookie].forEach((name) => {
  getCookieValues(name, true).forEach((value) => cookies.push(name + '=' + value));
});

const headers = data.token ? { Authorization: 'Bearer ' + data.token } : { Cookie: cookies.join('; ') };
// The visitor's opt-out signal: where the law knows it, it counts.
const signal = getRequestHeader('sec-gpc');
if (signal) headers['Sec-GPC'] = signal;
const url = data.server + '/v1/state?site=' + encodeUriComponent(data.site);

// The second function is for a server that does not answer: nothing is granted then.
return sendHttpRequest(url, { method: 'GET', headers: headers, timeout: 500 }).then(
  (result) => {
    const state = result.statusCode === 200 ? JSON.parse(result.body) : undefined;
    return !!state && state.decided && state.choices[data.category] === true;
  },
  () => false,
);
