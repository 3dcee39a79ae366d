// Sends one file: judged, prepared, and put to the address that the gateway signs for it. What it may not know is asked for:
// `ask('type', bytes)` is the media type that a file's first bytes show, if it is one that is taken; `ask('grant', [name, type, size])`
// a promise of the address, which takes the session's token; `ask('moved', percent)` tells how far it is, null that nothing moves.
// Answers what a registration names the file by. Throws a status: 404 for a file that cannot be read, 413 and 415 for one that is not
// taken, 0 for one that did not get through, what the gateway says otherwise.

// As much as every type that is taken shows itself in. Bytes.
const FIRST = 4096;
// 30 s without a byte are more than any tunnel that a connection survives. Milliseconds.
const PATIENCE = 30_000;
// 5 s without one, and people begin to wonder.
const QUIET = 5_000;
// Long enough for a lift, a tunnel, a change of networks.
const PAUSES = [1_000, 3_000, 5_000];
// An address may have run out while a phone was in a pocket. One that is refused three times will not become good.
const GRANTS = 3;

export default async (file, signal, extra, ask) => {
  const go = () => signal.throwIfAborted();
  const first = (bytes, end) => bytes.slice(0, end).arrayBuffer().catch(() => { throw 404; });

  const type = ask('type', new Uint8Array(await first(file, FIRST)));
  go();
  if (!type) throw 415;
  // A picture that cannot be prepared, for whatever reason, goes as it is.
  const sent = type.startsWith('image/') ? await extra('picture', file, type).catch(() => file) : file;
  go();
  const kind = sent === file ? type : sent.type;
  const name = kind === type ? file.name : file.name.replace(/(\.\w{1,5})?$/, '.jpg');

  const pauses = [...PAUSES];
  let grant, grants = 0;
  for (;;) {
    go();
    if (!grant) {
      if (grants === GRANTS) throw 0;
      try {
        grant = await ask('grant', [name, kind, sent.size]);
        grants++;
      } catch (status) {
        // No answer, and what the gateway cannot do right now, is worth another try.
        if (status && status < 500) throw status;
      }
      go();
    }
    if (grant) {
      // A page may have replaced XMLHttpRequest by one that throws.
      const status = await put(sent, grant, signal, ask).catch(() => 0);
      go();
      // 412: it lies there already, from a try whose answer was lost. The address is this file's alone.
      if (status >= 200 && status < 300 || status === 412) return grant.uploadId;
      if (status === 413 || status === 415) throw status;
      if (status && status !== 408 && status < 500) {
        grant = undefined;
        continue;
      }
      // A file that was changed or taken away meanwhile cannot be sent however often it is tried.
      if (!status) await first(file, 1);
    }
    ask('moved', null);
    if (navigator.onLine === false) await pause(undefined, signal);
    else if (pauses.length) await pause(pauses.shift(), signal);
    else throw 0;
  }
};

// One PUT; answers its status, 0 if no answer came. By XMLHttpRequest, since fetch tells no progress.
const put = (body, { signedRequest, headers }, signal, ask) => new Promise(resolve => {
  const request = new XMLHttpRequest();
  const end = () => request.abort();
  let told, quiet, patience;
  const tell = percent => { if (percent !== told) ask('moved', told = percent); };
  const moved = percent => {
    clearTimeout(quiet);
    clearTimeout(patience);
    quiet = setTimeout(tell, QUIET, null);
    patience = setTimeout(end, PATIENCE);
    tell(percent);
  };
  request.upload.onprogress = ({ loaded, total }) => moved(Math.floor(100 * loaded / total));
  request.onloadend = () => {
    clearTimeout(quiet);
    clearTimeout(patience);
    signal.removeEventListener('abort', end);
    resolve(request.status);
  };
  request.open('PUT', signedRequest);
  Object.keys(headers).forEach(header => request.setRequestHeader(header, headers[header]));
  request.send(body);
  signal.addEventListener('abort', end);
  moved(0);
});

// Lets this time pass; without one, until the network is back. Either ends when it comes back, and when nobody waits any longer.
const pause = (ms, signal) => new Promise(resolve => {
  let timer;
  const end = () => {
    clearTimeout(timer);
    removeEventListener('online', end);
    signal.removeEventListener('abort', end);
    resolve();
  };
  if (ms) timer = setTimeout(end, ms);
  addEventListener('online', end);
  signal.addEventListener('abort', end);
});
