// Copies a whole shop page by page into another system, as seen in public clients: whichever of the members' names is there.
import assert from 'node:assert/strict';

const [base, token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };

const count = 45;
const numbers = Array.from({ length: count }, (_, index) => `SYNC-${String(index).padStart(3, '0')}`);
await fetch(`${base}/serial_numbers`, { method: 'POST', headers, body: JSON.stringify({ serialNumbers: numbers.map((serialNumber) => ({ serialNumber })) }) });
for (const serial of numbers) {
  const registration = { productName: 'Mug', customerEmail: 'ann@example.com', customerName: 'Ann', serialNumbers: [serial], purchaseDate: '2024-01-31' };
  const added = await fetch(`${base}/registrations`, { method: 'POST', headers, body: JSON.stringify({ registrations: [registration] }) });
  assert.ok(added.ok);
}

async function all(limit) {
  const records = [];
  for (let page = 1; ; page += 1) {
    const response = await fetch(`${base}/registrations?formSlug=product-registration&limit=${limit}&page=${page}`, { headers });
    assert.equal(response.status, 200);
    const body = await response.json();
    const total = body.total ?? body.meta.total;
    records.push(...body.data);
    if (body.data.length === 0 || records.length >= total) return records;
  }
}

// However large the page, the newest is the first, and none is missing or there twice.
for (const limit of [1, 10, 44, 45, 100, 1000]) {
  const records = await all(limit);
  assert.equal(records[0].serialNumbers[0], numbers.at(-1), `limit=${limit}`);
  assert.deepEqual(records.map((one) => one.serialNumbers[0]), [...numbers].reverse());
}
const [first] = await all(1);
for (const key of ['id', 'customerName', 'customerEmail', 'productName', 'productSku', 'serialNumbers', 'purchaseDate', 'createdAt', 'status', 'type',
  'warranty', 'warrantyEndDate', 'shopifyOrderId', 'shopifyOrderName', 'shopifyOrderCreatedAt', 'fieldData']) {
  assert.ok(key in first, key);
}
const forms = (await (await fetch(`${base}/forms`, { headers })).json()).data;
assert.ok(forms.some((form) => form.slug === first.type && form.name));
