// Which pages are looked at in all eight modes: one of each kind and language. The others differ
// from one of these in their words alone.

import { kindOf } from "./crawl.mjs";
import { to } from "./visit.mjs";

/** Pages of text: one stands for all, but the one with numbers to call. */
const TEXT = /^\/(help|accessibility|privacy|cookies|rules|about)$/;

/** Pages that a member meets as a visitor does, but for the head of the page. */
const SAME_FOR_ALL = /^\/(help|worried|reading|follow\/x|tags\/x|@name\/x\/history)$/;

/** What a page is, whatever its language, its words and the page of a list. */
export function family(path) {
  const plain = path.replace(/^\/cy(?=\/|\?|$)/, "").replace(/\?.*/, "") || "/";
  return kindOf(TEXT.test(plain) ? "/help" : plain);
}

const isWelsh = (path) => /^\/cy(\/|\?|$)/.test(path);

/** Splits what was found into the first page of each family and the rest. */
function firsts(pages, isMet) {
  const met = new Set();
  return pages.reduce(
    ({ first, rest }, page) => {
      const name = family(page.path);
      const isFirst = !met.has(name) && !isMet(name);
      met.add(name);
      (isFirst ? first : rest).push(page);
      return { first, rest };
    },
    { first: [], rest: [] },
  );
}

const named = (who, state) => ({ path }) => ({ name: `${who} ${path}`, reach: to(path), state, status: 200 });

/** Sorts the pages that a visitor and a member found by links. */
export function sort({ visitor, member, state }) {
  const english = (page) => !isWelsh(page.path);
  const welsh = (page) => isWelsh(page.path);
  const nobody = () => false;
  const forVisitor = firsts(visitor.filter(english), nobody);
  const forMember = firsts(member.filter(english), (name) => SAME_FOR_ALL.test(name));
  // Whoever is signed in sees more of a page: so Welsh pages are looked at with a member's eyes.
  const inWelsh = firsts(member.filter(welsh), nobody);
  const seen = new Set(inWelsh.first.map((page) => family(page.path)));
  const alone = firsts(visitor.filter(welsh), (name) => seen.has(name));
  return {
    whole: [
      ...forVisitor.first.map(named("visitor")),
      ...forMember.first.map(named("member", state)),
      ...inWelsh.first.map(named("member", state)),
      ...alone.first.map(named("visitor")),
    ],
    rest: [...forVisitor.rest.map(named("visitor")), ...forMember.rest.map(named("member", state))],
  };
}
