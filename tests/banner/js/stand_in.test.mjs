import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeStandIn } from '../../../banner/src/release/stand_in.js';

test('calls wait in their order, with their path', () => {
  const { fake, calls } = makeStandIn();
  fake.ready(1);
  fake.enterprise.render('a', 2);
  assert.deepEqual(calls.map(({ path, values }) => [path.join('.'), ...values]), [['ready', 1], ['enterprise.render', 'a', 2]]);
});

test('only execute promises something', async () => {
  const { fake, calls } = makeStandIn();
  assert.equal(fake.getResponse(), undefined);
  const answer = fake.execute('key');
  calls[1].resolve('token');
  assert.equal(await answer, 'token');
});

test('it is nothing that can be waited for', async () => {
  const { fake } = makeStandIn();
  assert.equal(await fake, fake);
});

test('whoever takes the calls later gets those that come then', () => {
  const standIn = makeStandIn();
  const taken = [];
  standIn.calls.push = (call) => taken.push(call.path[0]);
  standIn.fake.reset();
  assert.deepEqual([taken, standIn.calls.length], [['reset'], 0]);
});
