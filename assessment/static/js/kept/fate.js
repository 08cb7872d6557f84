// What an outbox needs beside its store: what the server said of each event, and pauses between tries.

// Gives `fateOf(event)`: "server", "held", "refused", or "" for an event the server said nothing of, which stays; and
// `detailOf(event)`, the server's words for a refusal.
export const fates = (reply) => {
  const name = ([client, seq]) => `${client} ${seq}`;
  const acknowledged = new Set(reply.acknowledged.map(name));
  const held = new Set((reply.held ?? []).map(name));
  const refused = new Map(reply.refused.map((each) => [name([each.client, each.seq]), each]));
  const keyOf = ({ client, seq }) => name([client, seq]);
  return {
    fateOf: (event) => {
      const key = keyOf(event);
      return acknowledged.has(key) ? "server" : held.has(key) ? "held" : refused.has(key) ? "refused" : "";
    },
    detailOf: (event) => refused.get(keyOf(event))?.detail ?? "",
    anyHeld: held.size > 0,
  };
};

// A pause of half to whole that length: a hall of devices that lost the network together does not come back at once.
export const vary = (milliseconds) => milliseconds * (0.5 + Math.random() / 2);
