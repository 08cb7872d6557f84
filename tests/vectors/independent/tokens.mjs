// Checks tokens with software that this project did not write: `jose` (VC-JWT) and `@sd-jwt/sd-jwt-vc` (SD-JWT VC).
//
// Standard input, one JSON value:
//   {didDocuments: {did: document}, cases: [{name, form: "vc+jwt" | "dc+sd-jwt", token, now}]}
// Standard output, one JSON line a case:
//   {name, verified, claims, error}
//
// Nothing is fetched: the key is that of the document which came in.

import {createHash} from 'node:crypto';
import {text} from 'node:stream/consumers';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {compactVerify, decodeProtectedHeader, importJWK, jwtVerify} from 'jose';

const {didDocuments, cases} = JSON.parse(await text(process.stdin));
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function fromBase58(digits) {
  let number = 0n;
  for(const digit of digits) {
    number = number * 58n + BigInt(BASE58.indexOf(digit));
  }
  return Buffer.from(number.toString(16).padStart(68, '0'), 'hex');
}

async function findKey(kid) {
  const methods = didDocuments[kid.split('#')[0]]?.verificationMethod ?? [];
  const method = methods.find(({id}) => id === kid);
  if(!method) {
    throw new Error(`not given: ${kid}`);
  }
  const x = fromBase58(method.publicKeyMultibase.slice(1)).subarray(2).toString('base64url');
  return importJWK({kty: 'OKP', crv: 'Ed25519', x}, 'EdDSA');
}

async function checkVcJwt(token) {
  const key = await findKey(decodeProtectedHeader(token).kid);
  const {payload} = await jwtVerify(token, key, {algorithms: ['EdDSA'], typ: 'vc+jwt'});
  return payload;
}

async function checkSdJwt(token, now) {
  const key = await findKey(decodeProtectedHeader(token.split('~')[0]).kid);
  const instance = new SDJwtVcInstance({
    hasher: (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest(),
    hashAlg: 'sha-256',
    verifier: async (data, signature) => {
      await compactVerify(`${data}.${signature}`, key, {algorithms: ['EdDSA']});
      return true;
    }
  });
  const {payload} = await instance.verify(token, {currentDate: Math.floor(Date.parse(now) / 1000)});
  return payload;
}

for(const {name, form, token, now} of cases) {
  let answer;
  try {
    const claims = await (form === 'vc+jwt' ? checkVcJwt(token) : checkSdJwt(token, now));
    answer = {name, verified: true, claims, error: null};
  } catch(error) {
    answer = {name, verified: false, claims: null, error: String(error?.message ?? error)};
  }
  console.log(JSON.stringify(answer));
}
