// The rules are read as banner/judging.py reads them: both answer tests/golden/rules.json, and what CONSENTINEL_CASES
// (tests/banner/test_judging.py) names.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

Object.assign(globalThis, {
  document: { currentScript: null, baseURI: 'https://www.site.example/' },
  location: { hostname: 'www.site.example' },
  __config: { rules: '', own: [], api: '', base: '' },
});
const { readRules } = await import('../../../banner/src/core/rules.js');

const files = [new URL('../../golden/rules.json', import.meta.url), process.env.CONSENTINEL_CASES];
for (const file of files.filter(Boolean)) {
  const read = JSON.parse(readFileSync(file, 'utf8'));
  for (const [index, golden] of [read].flat().entries()) {
    const rules = readRules(golden.rules.join('\n'), golden.own, () => golden.base);
    const shown = (verdict) => verdict && [verdict.category, rules.vendors[verdict.vendor] ?? ''];
    const answers = (asked, judge) => Object.fromEntries(Object.keys(asked).map((one) => [one, shown(judge(one))]));

    test(`addresses ${index}`, () => assert.deepEqual(answers(golden.addresses, rules.judge), golden.addresses));
    test(`names ${index}`, () => assert.deepEqual(answers(golden.names, rules.judgeName), golden.names));
    test(`vendors ${index}`, () => assert.deepEqual(rules.vendors, golden.vendors));
  }
}
