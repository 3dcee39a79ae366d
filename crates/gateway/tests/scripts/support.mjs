// What a shop's support does: look up a customer, correct a registration, take one back.
import assert from 'node:assert/strict';

const [base, token] = process.argv.slice(2);

async function call(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

await call('POST', '/serial_numbers', { serialNumbers: [{ serialNumber: 'SUP-1' }, { serialNumber: 'SUP-2' }] });
const sent = {
  productName: 'Kettle', customerEmail: 'sue@example.com', customerName: 'Sue Porter', serialNumbers: ['SUP-1'], purchaseDate: '2024-05-01',
  greetings: 'hello',
};
const { body: { data: [{ id }] } } = await call('POST', '/registrations', { registrations: [sent] });

// Extra fields stand under `fields` here.
const changed = await call('PUT', `/registrations/${id}`, {
  registration: {
    productName: 'Kettle 2', customerEmail: 'sue@example.com', customerName: 'Sue Porter', serialNumbers: ['SUP-2'], purchaseDate: '2024-05-02',
    fields: { greetings: 'hello agaiin' },
  },
});
assert.equal(changed.status, 200);
const [now] = (await call('GET', '/registrations?email=sue@example.com')).body.data;
assert.equal(now.productName, 'Kettle 2');
assert.equal(now.purchaseDate, '2024-05-02');
assert.equal(now.fieldData.greetings, 'hello agaiin');
assert.deepEqual(now.serialNumbers, ['SUP-2']);

// As the first version of the API had it.
assert.equal((await call('PUT', `/registration/${id}`, { registration: { extraFields: { greetings: 'hi' } } })).status, 200);
const [later] = (await call('GET', '/registrations?email=sue@example.com')).body.data;
assert.equal(later.fieldData.greetings, 'hi');
assert.equal(later.productName, 'Kettle 2', 'what is not sent stays');

assert.equal((await call('DELETE', `/registrations/${id}`)).status, 200);
const again = await call('DELETE', `/registrations/${id}`);
assert.ok(again.status >= 400 && again.body.message.length > 0, 'an error with a message');
assert.deepEqual((await call('GET', '/registrations?email=sue@example.com')).body, { data: [], total: 0 });

// Both numbers can be registered again.
for (const serial of ['SUP-1', 'SUP-2']) {
  assert.equal((await call('POST', '/registrations', { registrations: [{ ...sent, serialNumbers: [serial] }] })).body.data.length, 1);
}
