// Uploads receipts the way the documentation describes: ask for an address, PUT the file there with its type alone, register its URL.
import assert from 'node:assert/strict';

const [base, token] = process.argv.slice(2);
const Authorization = `Bearer ${token}`;
// The smallest PNG there is.
const image = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

await fetch(`${base}/serial_numbers`, {
  method: 'POST',
  headers: { Authorization, 'Content-Type': 'application/json' },
  body: JSON.stringify({ serialNumbers: [{ serialNumber: 'UP-1' }, { serialNumber: 'UP-2' }] }),
});

// The documentation spells it in both ways.
for (const [path, serial] of [['/upload_file', 'UP-1'], ['/upload_fiile', 'UP-2']]) {
  const asked = await fetch(`${base}${path}?fileName=test.png&fileType=image/png&fileSize=${image.length}`, { headers: { Authorization } });
  assert.equal(asked.status, 200);
  const { signedRequest, url } = await asked.json();
  const put = await fetch(signedRequest, { method: 'PUT', headers: { 'Content-Type': 'image/png' }, body: image });
  assert.ok(put.ok, `${put.status} ${await put.text()}`);

  const registration = {
    productName: 'Blender', customerEmail: 'up@example.com', customerName: 'Una P.', serialNumbers: [serial], purchaseDate: '2024-02-29',
    InvoiceUpload: url,
  };
  const added = await fetch(`${base}/registrations`, {
    method: 'POST',
    headers: { Authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ registrations: [registration] }),
  });
  assert.ok(added.ok, await added.clone().text());
  const [{ fieldData }] = (await added.json()).data;
  assert.equal(fieldData.InvoiceUpload, url);
  const read = await fetch(fieldData.InvoiceUpload);
  assert.equal(read.status, 200);
  assert.deepEqual(Buffer.from(await read.arrayBuffer()), image);
}
