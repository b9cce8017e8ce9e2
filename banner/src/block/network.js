/**
 * Calls that fetch. One that is held back goes to a port that no browser connects to: the errors, events and
 * promises are the browser's own, and nothing leaves. Needs nothing around it: its text also runs in workers.
 * @param {any} scope a window or a worker
 * @param {(url: any) => any} holds
 * @param {typeof import('./hook.js').hook} hook
 */
export function gateNetwork(scope, holds, hook) {
  for (const name of ['fetch', 'EventSource', 'WebSocket', 'WebTransport', 'importScripts', 'open']) {
    const at = name === 'open' ? 1 : 0;
    hook(at ? scope.XMLHttpRequest?.prototype : scope, name, (_, args) => {
      if (holds(args[at]?.url ?? args[at])) {
        if (name === 'fetch') return () => Promise.reject(new scope.TypeError('Failed to fetch'));
        args[at] = `${name === 'WebSocket' ? 'wss' : 'https'}://consentinel.invalid:1`;
      }
    });
  }
}
