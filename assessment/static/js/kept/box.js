// The sealed box: what only the server can open, made with WebCrypto alone, and saved as a file.
const MAGIC = new TextEncoder().encode("TERUJI1\n");
const CURVE = { name: "ECDH", namedCurve: "P-256" };

const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
};

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

// Seals a value, as JSON, to the server's public key; `info` says what kind of box it is. null where the browser
// cannot.
export const sealBox = async (serverKey, info, value) => {
  if (!serverKey || !globalThis.crypto?.subtle) return null;
  const { subtle } = crypto;
  const server = bytes(serverKey);
  const own = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
  const theirs = await subtle.importKey("raw", server, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const cipher = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: join(new TextEncoder().encode(info), point, server) },
    base, { name: "AES-GCM", length: 256 }, false, ["encrypt"],
  );
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const inside = new TextEncoder().encode(JSON.stringify(value));
  const content = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: MAGIC }, cipher, inside));
  return join(MAGIC, point, nonce, content);
};

export const saveAs = (name, box) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([box], { type: "application/octet-stream" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
