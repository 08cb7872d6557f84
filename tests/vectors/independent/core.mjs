// Checks credentials with `@digitalcredentials/verifier-core`, which this project did not write.
//
// Standard input, one JSON value:
//   {now, documents: {url: document}, cases: [{name, document}]}
// Standard output, one JSON line a case:
//   {name, log: {check: bool}, errors: [text], asked: [url]}
//
// The library asks the network and the clock itself: both are those that came in, and `asked` tells what was not there.

import {text} from 'node:stream/consumers';

const {now, documents, cases} = JSON.parse(await text(process.stdin));
const moment = Date.parse(now);
let asked = [];

globalThis.Date = class extends Date {
  constructor(...values) {
    super(...(values.length === 0 ? [moment] : values));
  }

  static now() {
    return moment;
  }
};

globalThis.fetch = async request => {
  const url = String(request?.url ?? request);
  if(!(url in documents)) {
    asked.push(url);
    return new Response('{}', {status: 404, headers: {'content-type': 'application/json'}});
  }
  return new Response(JSON.stringify(documents[url]), {headers: {'content-type': 'application/json'}});
};

const {verifyCredential} = await import('@digitalcredentials/verifier-core');

for(const {name, document} of cases) {
  asked = [];
  const {log = [], errors = []} = await verifyCredential({credential: document, knownDIDRegistries: []});
  const told = Object.fromEntries(log.map(({id, valid}) => [id, valid]));
  const more = log.filter(({error}) => error).map(({error}) => String(error.message));
  console.log(JSON.stringify({name, log: told, errors: [...errors.map(({message}) => String(message)), ...more], asked}));
}
