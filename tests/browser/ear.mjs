// What a screen reader says that axe does not judge: names of links out of their context, what a
// form with errors says and where, where the other language is.

/** Runs in the page; gives what is wrong. */
const listen = () => {
  const faults = [];
  const said = (element) => element.innerText.replace(/\s+/g, " ").trim();
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];

  // A list of links, as a screen reader shows it: one name, one place.
  const places = new Map();
  for (const link of all("a[href]")) {
    if (link.closest("article")) continue;
    const place = places.get(said(link));
    if (place && place !== link.href) faults.push(`"${said(link)}" leads to ${place} and ${link.href}`);
    places.set(said(link), link.href);
  }

  // The links of a post say which post they belong to.
  for (const card of all("article.post")) {
    const [who, when] = [card.querySelector(".name"), card.querySelector("time")];
    for (const link of all(".meta a, .acts a", card)) {
      const away = link.origin !== location.origin;
      const isWhole = who && when && said(link).includes(said(who)) && said(link).includes(said(when));
      if (!isWhole && !away) faults.push(`"${said(link)}" does not say which post it belongs to`);
    }
  }

  // Errors: in the title, at the top with the focus, and at each field in the same words.
  const summary = document.querySelector('main [role="alert"]');
  const bad = all('[aria-invalid="true"]');
  if (!summary && bad.length > 0) faults.push("a field is marked wrong, and no summary says so");
  if (summary) {
    if (!/^(Error|Gwall): /.test(document.title)) faults.push(`the title is "${document.title}"`);
    if (document.activeElement !== summary) faults.push("the summary of errors has no focus");
    for (const link of all("a", summary)) {
      const target = document.getElementById(link.hash.slice(1));
      const marked = target?.closest('[aria-invalid="true"]');
      if (!marked) {
        faults.push(`"${said(link)}" leads to no field that is marked wrong`);
        continue;
      }
      const by = (marked.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
      const words = by.map((id) => document.getElementById(id)?.innerText ?? "").join(" ");
      if (!words.includes(link.innerText)) faults.push(`"${said(link)}" does not stand at its field`);
    }
  }
  // What was just done is said first: no address may lead to a place further down at the same time.
  const done = document.querySelector('main [role="status"]');
  if (done && document.activeElement !== done) {
    faults.push("what was just done has no focus");
  }

  // Search engines and readers find the other language by a whole address.
  const twins = all('link[rel="alternate"][hreflang]').map((link) => link.getAttribute("href"));
  if (twins.length !== 2) faults.push(`${twins.length} languages in the head`);
  for (const twin of twins) {
    if (!twin.startsWith(location.origin)) faults.push(`the address of a language is "${twin}"`);
  }
  const isWelsh = /^\/cy(\/|$)/.test(location.pathname);
  if ((document.documentElement.lang === "cy") !== isWelsh) faults.push("another language than its path");
  return faults;
};

/** What somebody would miss, or hear wrongly, who hears the page. To be asked first of all: later
 * checks move the focus. */
export const hear = (page) => page.evaluate(listen);
