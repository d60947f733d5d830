// Columns of numbers, unpacked when they are first asked for. outputs/maps/blocks.py writes them:
// base64 of gzip, or, after a dot, of what is in it: column after column, each in planes (all lowest
// bytes, then the next ones).

const ARRAYS = {u8: Uint8Array, u16: Uint16Array, i16: Int16Array, u32: Uint32Array, f32: Float32Array};
const unpacked = new Map();

// `await block("cells")` -> {column: typed array}; the same object every time.
function block(name) {
  if (!unpacked.has(name)) unpacked.set(name, unpackBlock(name));
  return unpacked.get(name);
}

// What the first picture does not need stands after this script.
async function elementOf(name) {
  const element = document.getElementById(`block-${name}`);
  if (element || document.readyState !== "loading") return element;
  await new Promise((done) => document.addEventListener("DOMContentLoaded", done, {once: true}));
  return document.getElementById(`block-${name}`);
}

async function unpackBlock(name) {
  const element = await elementOf(name);
  if (!element || !Object.hasOwn(DATA.blocks, name)) throw new Error(`no block ${name}`);
  const text = element.textContent;
  const bytes = text.startsWith(".") ? bytesOf(text.slice(1)) : await gunzip(text);
  const columns = {};
  let start = 0;
  for (const [column, type, count, coding] of DATA.blocks[name]) {
    const end = start + count * ARRAYS[type].BYTES_PER_ELEMENT;
    if (end > bytes.length) throw new Error(`block ${name} is too short for ${column}`);
    columns[column] = joined(bytes.subarray(start, end), ARRAYS[type], coding);
    start = end;
  }
  if (start !== bytes.length) throw new Error(`block ${name} is too long`);
  return columns;
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k += 1) bytes[k] = letters.charCodeAt(k);
  return bytes;
}

async function gunzip(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Planes of bytes -> numbers. Steps run round like the numbers themselves.
function joined(bytes, Numbers, coding) {
  const size = Numbers.BYTES_PER_ELEMENT;
  const count = bytes.length / size;
  const values = new Numbers(count);
  const parts = new Uint8Array(values.buffer);
  for (let plane = 0; plane < size; plane += 1) {
    for (let k = 0, from = plane * count; k < count; k += 1) parts[k * size + plane] = bytes[from + k];
  }
  if (coding === "delta") {
    for (let k = 1; k < count; k += 1) values[k] += values[k - 1];
  }
  return values;
}
