// Which law's row applies, and what is on before any answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOn, pickRegime } from '../../../banner/src/core/regimes.js';

const rows = [
  { id: 'eu', where: 'DE IT' },
  { id: 'us', where: 'US' },
  { id: 'us-ca', where: 'US-CA' },
  { id: 'rest', where: '*' },
];
const places = {
  DE: 'eu',
  'DE-BY': 'eu',
  US: 'us',
  'US-TX': 'us',
  'US-CA': 'us-ca',
  JP: 'rest',
  '': 'eu',
};

for (const [country, id] of Object.entries(places)) {
  test(`${country || 'an unknown country'} is ${id}`, () => assert.equal(pickRegime(rows, country).id, id));
}

test('without a country the strictest applies', () => assert.equal(pickRegime(rows, undefined).id, 'eu'));

test('a fixed regime applies everywhere', () => {
  for (const country of ['US-CA', 'DE', 'JP', undefined]) assert.equal(pickRegime([rows[0]], country).id, 'eu');
});

const before = {
  opt_in: [false, false],
  notice_and_objection: [true, true],
  opt_out: [true, true],
  signal_opt_out: [true, false],
  exempt: [true, true],
};
for (const [obligation, [without, under]] of Object.entries(before)) {
  test(`${obligation} before any answer`, () => {
    assert.equal(isOn(obligation, false), without);
    assert.equal(isOn(obligation, true), under);
  });
}
