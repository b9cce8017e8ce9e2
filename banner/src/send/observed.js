/** In mode observe: tell the server which third parties no rule knows, each once a page. */
import { config, judge, unknowns } from '../head.js';

/** @type {Set<string>} */
const told = new Set();

const tell = () => {
  const hosts = [...unknowns].filter((host) => !told.has(host));
  if (!hosts[0]) return;
  hosts.forEach((host) => told.add(host));
  navigator.sendBeacon(`${config.api}/v1/observed`, JSON.stringify({ site: config.site, hosts }));
};

export const startObserving = () => {
  if (!config.api || config.mode !== 'observe') return;
  // judge() keeps the hosts that no rule knows
  const seen = new PerformanceObserver((list) => list.getEntries().forEach(({ name }) => judge(name)));
  seen.observe({ type: 'resource', buffered: true });
  addEventListener('securitypolicyviolation', ({ blockedURI }) => judge(blockedURI));
  addEventListener('pagehide', tell);
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && tell());
};
