// Loads serial numbers with tags, looks one up, and hands out random ones until there are none left.
import assert from 'node:assert/strict';

const [base, token] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
const get = (path) => fetch(base + path, { headers });
const post = (path, body) => fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });

assert.equal((await get('/serial_number')).status, 204, 'none yet');
const loaded = await post('/serial_numbers', {
  serialNumbers: [
    { serialNumber: 'SN12345678', sku: 'MERC', customerTags: 'new,vip' },
    { serialNumber: 'SN00000002', sku: '00042' },
    { serialNumber: 3 },
  ],
});
assert.ok(loaded.ok);

const info = await get('/serial_numbers/SN12345678');
assert.equal(info.status, 200);
assert.deepEqual((await info.json()).data, { serialNumber: 'SN12345678', sku: 'MERC', customerTags: 'new,vip', registered: false });
assert.equal((await get('/serial_numbers/SN99999999')).status, 204, 'no such number');
assert.equal((await get(`/serial_numbers/${encodeURIComponent('../registrations')}`)).status, 204);

const handedOut = [];
for (;;) {
  const random = await get('/serial_number');
  if (random.status === 204) break;
  assert.equal(random.status, 200);
  const { serialNumber } = (await random.json()).data;
  handedOut.push(serialNumber);
  const registration = {
    productName: 'Mercury', customerEmail: `${serialNumber}@example.com`, customerName: 'Lee', serialNumbers: [serialNumber], purchaseDate: '2024-01-31',
  };
  assert.ok((await post('/registrations', { registrations: [registration] })).ok);
}
assert.deepEqual(handedOut.sort(), ['3', 'SN00000002', 'SN12345678']);
assert.equal((await (await get('/serial_numbers/SN12345678')).json()).data.registered, true);
const [tagged] = (await (await get('/registrations?email=SN12345678@example.com')).json()).data;
assert.equal(tagged.customerTags, 'new,vip');
