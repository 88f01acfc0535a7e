// Puts a switch on every defence of removals.json, in a copy of the sources: `CAREFOLK_WITHOUT=name`
// then takes that one out, at run time.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const copy = process.argv[2];
const { removals } = JSON.parse(readFileSync(path.join(import.meta.dirname, "removals.json"), "utf8"));

for (const { name, edits } of removals) {
  const off = `std::env::var_os("CAREFOLK_WITHOUT").is_some_and(|it| it == "${name}")`;
  for (const { file, from, to } of edits) {
    const place = path.join(copy, file);
    const text = readFileSync(place, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${name}: ${file} has changed: ${from}`);
    writeFileSync(place, text.replace(from, () => to.replaceAll("{without}", off)));
  }
}
