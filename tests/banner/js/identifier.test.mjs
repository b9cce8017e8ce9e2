// The event's id: the same bytes, noted at the click, give the same one in whichever page it is made.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifier } from '../../../banner/src/send/identifier.js';

test('is a UUID of version 4 (RFC 9562, section 5.4)', () => {
  assert.equal(identifier(Array(16).fill(0)), '00000000-0000-4000-8000-000000000000');
  assert.equal(identifier(Array(16).fill(255)), 'ffffffff-ffff-4fff-bfff-ffffffffffff');
});

test('leaves the bytes as they are', () => {
  const bytes = [...Array(16).keys()];
  assert.equal(identifier(bytes), '00010203-0405-4607-8809-0a0b0c0d0e0f');
  assert.equal(identifier(bytes), '00010203-0405-4607-8809-0a0b0c0d0e0f');
  assert.deepEqual(bytes, [...Array(16).keys()]);
});
