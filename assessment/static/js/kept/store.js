//# allFunctionsCalledOnLoad
// What a device keeps, in IndexedDB: one database with a store for each kind of record. A promise is kept only when
// the write has reached the disk, so that a flat battery costs nothing. Where a browser has no IndexedDB or refuses
// it, everything stays in this page's memory and `durable()` says so.

// `stores`: name -> key path; a key path "number" counts by itself. `indexed`: name -> the member that `all` asks by.
// Opens the database and returns its doors.
export const openStore = (name, stores, indexed = {}) => {
  let database = null;
  let numbers = 0;
  const memory = Object.fromEntries(Object.keys(stores).map((each) => [each, new Map()]));

  const opened = new Promise((done) => {
    let asked;
    try {
      asked = indexedDB.open(name, 1);
    } catch {
      done();
      return;
    }
    asked.onupgradeneeded = () => {
      for (const [each, path] of Object.entries(stores)) {
        const store = asked.result.createObjectStore(each, { keyPath: path, autoIncrement: path === "number" });
        if (indexed[each]) store.createIndex(indexed[each], indexed[each]);
      }
    };
    asked.onsuccess = () => {
      database = asked.result;
      database.onversionchange = () => database.close();
      done();
    };
    asked.onerror = asked.onblocked = () => done();
  });

  const durable = async () => {
    await opened;
    return database !== null;
  };

  // Runs `work(stores)` in one transaction and returns what its request results in.
  const run = async (names, mode, work) => {
    await opened;
    return new Promise((done, fail) => {
      const transaction = database.transaction(names, mode, { durability: "strict" });
      const asked = work(Object.fromEntries(names.map((each) => [each, transaction.objectStore(each)])));
      transaction.oncomplete = () => done(asked?.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  };

  // Writes {store: [values]} in one transaction; fails with the browser's error where the disk takes no more.
  const put = async (changes) => {
    await opened;
    if (database) {
      return run(Object.keys(changes), "readwrite", (found) => {
        for (const [each, values] of Object.entries(changes)) for (const value of values) found[each].put(value);
      });
    }
    for (const [each, values] of Object.entries(changes)) {
      for (const value of values) {
        const path = stores[each];
        if (path === "number") value.number ??= (numbers += 1);
        memory[each].set(value[path], value);
      }
    }
    return undefined;
  };

  const drop = async (each, keys) => {
    await opened;
    if (!keys.length) return;
    if (database) await run([each], "readwrite", (found) => { for (const key of keys) found[each].delete(key); });
    else for (const key of keys) memory[each].delete(key);
  };

  const get = async (each, key) => {
    await opened;
    return database ? run([each], "readonly", (found) => found[each].get(key)) : memory[each].get(key);
  };

  // All records of a store, or those whose indexed member is `of`.
  const all = async (each, of) => {
    await opened;
    if (!database) return [...memory[each].values()].filter((value) => !of || value[indexed[each]] === of);
    return run([each], "readonly", (found) => (of ? found[each].index(indexed[each]).getAll(of) : found[each].getAll()));
  };

  return { all, drop, durable, get, put };
};
