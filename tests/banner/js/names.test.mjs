import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedCategories, slugOf } from '../../../banner/src/replay/names.js';

test('the taxonomy and the names that the field uses', () => {
  const names = {
    0: ['strictly-necessary', 'Strictly Necessary', 'necessary', 'essential', 'C0001'],
    1: ['functional', 'preferences', 'C0003'],
    2: ['performance', 'analytics', 'statistics', 'C0002'],
    3: ['targeting', 'advertising', 'marketing', 'C0004'],
    4: ['any'],
    5: ['all'],
  };
  for (const [code, all] of Object.entries(names)) {
    for (const name of all) assert.deepEqual(namedCategories(name), [Number(code)], name);
  }
});

test('lists, by commas and spaces', () => {
  assert.deepEqual(namedCategories('statistics, marketing'), [2, 3]);
  assert.deepEqual(namedCategories(' functional  shoes '), [1, -1]);
  assert.deepEqual(namedCategories(''), []);
});

test('slugs of services', () => {
  assert.equal(slugOf('Google Analytics 4'), 'google-analytics-4');
  assert.equal(slugOf(' (Meta) Pixel! '), 'meta-pixel');
});
