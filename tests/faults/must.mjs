// Small words that cases share.

/** Fails with what is wrong, unless it holds. */
export const must = (holds, what) => {
  if (!holds) throw new Error(what);
};

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The value below which so many of a hundred lie. */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}

/** What of a world a query gives, now. */
export function rowsOf(world, query) {
  const tables = world.tables();
  try {
    return tables.all(query);
  } finally {
    tables.close();
  }
}
