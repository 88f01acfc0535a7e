// Waiting for another process, always with a deadline and a sentence that says for what.

const PAUSE_MS = 100;

/** Asks `probe` again and again until it gives something true; fails after `ms`. */
export async function until(what, probe, ms = 15_000) {
  const deadline = performance.now() + ms;
  let last;
  while (performance.now() < deadline) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const why = last ? ` (the last try failed: ${last.message})` : "";
  throw new Error(`waited ${ms / 1000} s in vain for ${what}${why}`);
}
