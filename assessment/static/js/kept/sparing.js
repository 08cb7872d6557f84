// The doors of a store (`store.js`) that never fail for want of room: what a full disk does not take stays in this
// page's memory, and is read and changed there, until the disk takes it or it is dropped.

// `stores`, `indexed`: as `openStore` has them. `spared(name)` returns the records that are in memory only.
export const sparing = (store, stores, indexed) => {
  const memory = Object.fromEntries(Object.keys(stores).map((each) => [each, new Map()]));
  let numbers = 0;

  const spare = (changes) => {
    for (const [each, values] of Object.entries(changes)) {
      for (const value of values) {
        if (stores[each] === "number") value.number ??= (numbers -= 1);
        memory[each].set(value[stores[each]], value);
      }
    }
  };
  const free = (changes) => {
    for (const [each, values] of Object.entries(changes)) for (const value of values) memory[each].delete(value[stores[each]]);
  };
  const spared = (each) => [...memory[each].values()];

  const get = async (each, key) => memory[each].get(key) ?? store.get(each, key);

  const all = async (each, of) => {
    const found = await store.all(each, of);
    const own = spared(each).filter((value) => !of || value[indexed[each]] === of);
    return [...found.filter((value) => !memory[each].has(value[stores[each]])), ...own];
  };

  const change = async (each, keys, work, others) => {
    const newest = (records) => keys.map((key, place) => memory[each].get(key) ?? records[place]);
    try {
      const changes = await store.change(each, keys, (...records) => work(...newest(records)), others);
      free(changes);
      return changes;
    } catch {
      const records = await Promise.all(keys.map((key) => store.get(each, key)));
      const changes = work(...newest(records)); // nobody comes between this and the next line
      spare(changes);
      return changes;
    }
  };

  const drop = async (each, keys) => {
    for (const key of keys) memory[each].delete(key);
    await store.drop(each, keys);
  };

  return { all, change, drop, durable: store.durable, get, spared };
};
