/** The second half of the script: signals, the public API, the question. Everything is wired here. */
import { startActing } from './acting.js';
import { accept, allow, publish, reject, save } from './api.js';
import { announce, dispatch } from './events.js';
import { startGuards } from './guards/index.js';
import { config, consent, signals } from './head.js';
import { loadPart } from './parts.js';
import { startNotes } from './notes.js';
import { startRelease } from './release/index.js';
import { state } from './state.js';
import { recall, remember } from './storage.js';
import { follow } from './tabs.js';
import { startUi } from './ui/first.js';

startGuards();
for (const signal of signals) signal.start?.();

startNotes();
const ui = startUi({ config, consent, loadPart, recall, remember, actions: { accept, reject, save, withdraw: reject, state } });
publish(ui);
announce('ready');
startRelease({ allow, show: ui.show, loadPart });
follow();
startActing();

// Scripts below this one can listen only from now on.
const ready = () => dispatch('ready');
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready, { once: true });
else ready();
