// Registers what was bought in a shop at the till, as the documentation shows it: the token in the body, several products in one call.
import assert from 'node:assert/strict';

const [base, accessToken] = process.argv.slice(2);

async function post(path, body) {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ accessToken, ...body }),
  });
  return { status: response.status, body: await response.json() };
}

async function registrationsOf(email) {
  const response = await fetch(`${base}/registrations?email=${email}&formSlug=product-registration&limit=50`, {
    headers: { Authorization: `Bearer ${accessToken}` },
  });
  assert.equal(response.status, 200);
  return (await response.json()).data;
}

const macbook = {
  productName: 'MacBook 2018',
  customerEmail: 'tom@example.com',
  customerName: 'Tom Delong',
  serialNumbers: ['123', '321'],
  purchaseDate: '2019-01-01',
  greetings: 'hello world!',
};

await post('/serial_numbers', { serialNumbers: ['123', '321', '555', '777'].map((serialNumber) => ({ serialNumber })) });

const added = await post('/registrations', {
  registrations: [macbook, { ...macbook, type: 'product-registration', productName: 'Charger', serialNumbers: ['555'] }],
});
assert.ok(added.status === 200 || added.status === 201, JSON.stringify(added));
assert.equal(added.body.data.length, 2);
assert.equal(added.body.data[0].fieldData.greetings, 'hello world!');

// Newest first; each with what was sent.
const found = await registrationsOf('tom@example.com');
assert.equal(found.length, 2);
assert.deepEqual(found.map((one) => one.productName).sort(), ['Charger', 'MacBook 2018']);
const stored = found.find((one) => one.productName === 'MacBook 2018');
for (const key of ['customerEmail', 'customerName', 'serialNumbers', 'purchaseDate']) assert.deepEqual(stored[key], macbook[key]);
assert.equal(stored.type, 'product-registration');

// All of a call or nothing of it: one number is taken, so the other product is not registered either.
const refused = await post('/registrations', {
  registrations: [{ ...macbook, serialNumbers: ['777'] }, { ...macbook, serialNumbers: ['123'] }],
});
assert.equal(refused.status, 409);
assert.equal(typeof refused.body.message, 'string');
assert.equal((await registrationsOf('tom@example.com')).length, 2);

// Whose address has a plus in it is found, also by a script that forgot to encode it.
await post('/registrations', { registrations: [{ ...macbook, customerEmail: 'tom+box@example.com', serialNumbers: ['777'] }] });
assert.equal((await registrationsOf('tom+box@example.com')).length, 1);
assert.equal((await registrationsOf('tom%2Bbox@example.com')).length, 1);
assert.deepEqual(await registrationsOf('nobody@example.com'), []);
