//# allFunctionsCalledOnLoad
// What a device keeps, in IndexedDB: one database with a store for each kind of record. A promise is kept only when
// the write has reached the disk, so that a flat battery costs nothing. Where a browser has no IndexedDB or refuses
// it, everything stays in this page's memory and `durable()` says so.

// The same doors as a store of IndexedDB has, without a disk.
const inMemory = (path) => {
  const records = new Map();
  let numbers = 0;
  return {
    put: (value) => {
      if (path === "number") value.number ??= (numbers += 1);
      records.set(value[path], value);
    },
    get: (key) => records.get(key),
    delete: (key) => records.delete(key),
    all: () => [...records.values()],
  };
};

const write = (places, changes) => {
  for (const [each, values] of Object.entries(changes)) for (const value of values) places[each].put(value);
};

// `stores`: name -> key path; a key path "number" counts by itself. `indexed`: name -> the member that `all` asks by.
// Opens the database and returns its doors.
export const openStore = (name, stores, indexed = {}) => {
  let database = null;
  const memory = Object.fromEntries(Object.entries(stores).map(([each, path]) => [each, inMemory(path)]));

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
  const run = (names, mode, work) => new Promise((done, fail) => {
    const transaction = database.transaction(names, mode, { durability: "strict" });
    const asked = work(Object.fromEntries(names.map((each) => [each, transaction.objectStore(each)])));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });

  // Writes {store: [values]} in one transaction; fails with the browser's error where the disk takes no more.
  const put = async (changes) => {
    await opened;
    if (database) await run(Object.keys(changes), "readwrite", (found) => write(found, changes));
    else write(memory, changes);
  };

  // Changes records of a store by what they are, in one transaction: nobody writes between the look and the change.
  // `work(...records)` is given those of `keys`, undefined where there is none, and returns what `put` takes; it may
  // write into the stores `others`, too. Returns what it returned.
  const change = async (each, keys, work, others = []) => {
    await opened;
    if (!database) {
      const changes = work(...keys.map(memory[each].get));
      write(memory, changes);
      return changes;
    }
    if (!keys.length) return {};
    let changes;
    let broken;
    await run([each, ...others], "readwrite", (found) => {
      const asked = keys.map((key) => found[each].get(key));
      asked.at(-1).onsuccess = ({ target }) => {
        try {
          changes = work(...asked.map(({ result }) => result));
          write(found, changes);
        } catch (error) {
          broken = error;
          target.transaction.abort();
        }
      };
    }).catch((error) => { throw broken ?? error; });
    return changes;
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
    if (!database) return memory[each].all().filter((value) => !of || value[indexed[each]] === of);
    return run([each], "readonly", (found) => (of ? found[each].index(indexed[each]).getAll(of) : found[each].getAll()));
  };

  return { all, change, drop, durable, get, put };
};
