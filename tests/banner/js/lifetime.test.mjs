import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifetime } from '../../../banner/src/ui/lifetime.js';

const TEXTS = { session: 'for the session', endless: 'for ever' };

for (const [days, english, german] of [
  [0, 'for the session', 'for the session'],
  [null, 'for ever', 'for ever'],
  [1 / 24, '1 hour', '1 Stunde'],
  [0.3, '8 hours', '8 Stunden'],
  [1, '1 day', '1 Tag'],
  [30, '30 days', '30 Tage'],
  [90, '3 months', '3 Monate'],
  [395, '13 months', '13 Monate'],
  [365, '1 year', '1 Jahr'],
  [730, '2 years', '2 Jahre'],
]) {
  test(`${days} days`, () => {
    assert.equal(lifetime(days, 'en', TEXTS), english);
    assert.equal(lifetime(days, 'de', TEXTS), german);
  });
}
