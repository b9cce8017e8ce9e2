// The cookie's text; banner/consent.py has to read and write the same (tests/golden/consent-cookie.json).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { parseChoice } from '../../../banner/src/core/choice.js';
import { formatChoice } from '../../../banner/src/format.js';

const golden = JSON.parse(readFileSync(new URL('../../golden/consent-cookie.json', import.meta.url), 'utf8'));
const parse = (value) => parseChoice(value, golden.purposes, golden.days);

beforeEach(() => mock.timers.enable({ apis: ['Date'], now: golden.today * 864e5 + 5e7 }));
afterEach(() => mock.timers.reset());

for (const { value, functional, performance, targeting, day, vendors } of golden.choices) {
  test(`reads and writes ${value}`, () => {
    const granted = [true, functional, performance, targeting];
    assert.deepEqual(parse(value), { granted, toggled: vendors, day });
    assert.equal(formatChoice(granted, vendors, golden.purposes, day), value);
  });
}

for (const [why, value] of Object.entries(golden['no choice'])) {
  test(`no choice: ${why}`, () => assert.equal(parse(value), undefined));
}
