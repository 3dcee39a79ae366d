// Makes a picture ready to be sent: upright, no larger than a receipt needs to be read, and without what a camera writes into it about
// place and device. The browser's own code decodes and encodes; what it cannot, and what needs nothing, is answered as it came.

// 2,000 pixels on the long side show the small print of a receipt at arm's length.
const LONG = 2_000;
// A till roll is long and narrow: the short side keeps this, as far as there is room.
const SHORT = 1_000;
// Four million pixels, with which every phone can draw.
const AREA = 4_000_000;
// 1.5 MB: a file below it needs no shrinking. Bytes.
const SIZE = 1_500_000;
// From what cannot be told from the original down to what is still legible.
const QUALITIES = [.85, .7, .5];
// From raw pixels to upright ones, by EXIF's number for how the camera was held: a canvas' matrix for width and height once upright.
const TURNS = {
  2: (w, h) => [-1, 0, 0, 1, w, 0], 3: (w, h) => [-1, 0, 0, -1, w, h], 4: (w, h) => [1, 0, 0, -1, 0, h], 5: () => [0, 1, 1, 0, 0, 0],
  6: w => [0, 1, -1, 0, w, 0], 7: (w, h) => [0, -1, -1, 0, w, h], 8: (w, h) => [0, -1, 1, 0, 0, h],
};

export default async (file, type) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { turn, place } = READERS[type]?.(bytes, new DataView(bytes.buffer)) || {};
  const bitmap = await createImageBitmap(turn ? new Blob([bytes], { type }) : file);
  try {
    const { width, height } = bitmap;
    const scale = Math.min(1, Math.max(LONG / Math.max(width, height), SHORT / Math.min(width, height)), Math.sqrt(AREA / (width * height)));
    // What a HEIC says of itself is not read here, so it always has something to hide; and few merchants can open it.
    const must = turn || place || type === 'image/heic';
    if (scale === 1 && file.size <= SIZE && !must) return file;
    const canvas = draw(bitmap, Math.round(width * scale), Math.round(height * scale), turn);
    let made;
    for (const quality of QUALITIES) {
      made = await new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', quality));
      if (made?.type !== 'image/jpeg') return file;
      if (made.size < file.size) return made;
    }
    return must ? made : file;
  } finally {
    bitmap.close();
  }
};

const surface = (width, height) => {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  return [canvas, canvas.getContext('2d')];
};

const draw = (bitmap, width, height, turn) => {
  // Browsers that protect against being recognised hand out noise instead of what was drawn.
  const probe = surface(2, 1)[1];
  ['#f00', '#00f'].forEach((colour, x) => {
    probe.fillStyle = colour;
    probe.fillRect(x, 0, 1, 1);
  });
  const seen = probe.getImageData(0, 0, 2, 1).data;
  if ([255, 0, 0, 255, 0, 0, 255, 255].some((value, at) => Math.abs(value - seen[at]) > 16)) throw Error('the canvas cannot be read');

  const size = turn > 4 ? [height, width] : [width, height];
  const [canvas, pen] = surface(...size);
  // A JPEG has no holes; what shows through them is paper.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, ...size);
  pen.imageSmoothingQuality = 'high';
  if (turn) pen.setTransform(...TURNS[turn](...size));
  pen.drawImage(bitmap, 0, 0, width, height);
  return canvas;
};

const text = (bytes, from, length) => String.fromCharCode(...bytes.subarray(from, from + length));

// What EXIF (a TIFF, in either order of bytes) says: how the camera was held, if not upright, and whether where it was. Which browser
// turns which type of picture by itself has changed over the years, and one that is turned twice lies on its side as well. So the bytes
// are made to say that it is upright, which none of them turns, and it is turned here.
const exif = (view, from, about) => {
  const small = view.getUint16(from) === 0x4949;
  const directory = from + view.getUint32(from + 4, small);
  for (let entry = directory + 2, left = view.getUint16(directory, small); left--; entry += 12) {
    const tag = view.getUint16(entry, small), turn = view.getUint16(entry + 8, small);
    if (tag === 0x0112 && TURNS[turn]) {
      about.turn = turn;
      view.setUint16(entry + 8, 1, small);
    }
    if (tag === 0x8825) about.place = true;
  }
};

// A block that cannot be read may hold anything.
const read = (about, block) => {
  try { block(); } catch { about.place = true; }
};

// XMP is text, and may say the same as EXIF.
const xmp = (bytes, from, length, about) => {
  for (let at = from; at < Math.min(from + length, bytes.length); at += 4096) about.place ||= /exif:GPS/.test(text(bytes, at, 4096 + 8));
};

const READERS = {
  // Segments, each FF, its kind and its length, up to the first scan. ITU-T T.81, B.1.
  'image/jpeg': (bytes, view) => {
    const about = {};
    for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xFF;) {
      const kind = bytes[at + 1], length = view.getUint16(at + 2);
      if (kind === 0xDA) break;
      if (kind === 0xFF) {
        at++;
        continue;
      }
      if (kind === 0xE1 && text(bytes, at + 4, 4) === 'Exif') read(about, () => exif(view, at + 10, about));
      else if (kind === 0xE1) xmp(bytes, at + 4, length, about);
      at += 2 + length;
    }
    return about;
  },
  // Chunks: length, kind, content, checksum. PNG, 5.3.
  'image/png': (bytes, view) => {
    const about = {};
    for (let at = 8; at + 8 <= bytes.length;) {
      const length = view.getUint32(at), kind = text(bytes, at + 4, 4);
      if (kind === 'eXIf') read(about, () => exif(view, at + 8, about));
      if (kind === 'iTXt') xmp(bytes, at + 8, length, about);
      at += 12 + length;
    }
    return about;
  },
  // Chunks: kind, length, content, padded to an even length. RFC 9649, 2.3.
  'image/webp': (bytes, view) => {
    const about = {};
    for (let at = 12; at + 8 <= bytes.length;) {
      const kind = text(bytes, at, 4), length = view.getUint32(at + 4, true);
      // Some writers put JPEG's heading before it.
      if (kind === 'EXIF') read(about, () => exif(view, at + 8 + (text(bytes, at + 8, 4) === 'Exif' ? 6 : 0), about));
      if (kind === 'XMP ') xmp(bytes, at + 8, length, about);
      at += 8 + length + length % 2;
    }
    return about;
  },
};
