import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KhaltiSandbox, keys } from './khalti-sandbox.mjs';

let khalti;
before(async () => { khalti = await KhaltiSandbox.start(); });
after(() => khalti?.stop());

// What a shop's server does.
async function call(path, body) {
  const answer = await fetch(`${khalti.url}/api/v2/epayment/${path}/`, {
    method: 'POST',
    headers: { Authorization: `Key ${keys.ePaymentSecretKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.json();
}

test('a lost answer is asked for again', async () => {
  const link = await call('initiate', {
    return_url: 'https://shop.example/khalti/return',
    website_url: 'https://shop.example/',
    amount: 1300,
    purchase_order_id: 'order-1042',
    purchase_order_name: 'Two notebooks',
  });

  const back = await khalti.pay(link.pidx);
  assert.match(back, /status=Completed/);

  await khalti.loseNextAnswer('epayment_lookup');
  await assert.rejects(call('lookup', { pidx: link.pidx }));
  const found = await call('lookup', { pidx: link.pidx });
  assert.equal(found.status, 'Completed');
  assert.equal(found.total_amount, 1300);

  const lookups = (await khalti.calls()).filter(one => one.operation === 'epayment_lookup');
  assert.deepEqual(lookups.map(one => one.status), [null, 200]);
});
