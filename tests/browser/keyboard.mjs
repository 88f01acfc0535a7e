// The keyboard alone: every stop has a name, can be seen, shows that it has the focus.

const FOCUSABLE = 'a[href],button:not([tabindex="-1"]),input:not([type="hidden"]),select,textarea,summary,[tabindex="0"]';

/** Runs in the page: what a person would know about the element that has the focus. */
const stop = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const labels = [...(element.labels ?? [])].map((label) => label.innerText).join(" ");
  const isText = style.display === "inline";
  return {
    name: (element.innerText || element.getAttribute("aria-label") || labels).trim().slice(0, 60),
    isSeen: box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0,
    hasRing:
      (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) ||
      style.boxShadow !== "none",
    isSmall: !isText && (box.height < 24 || box.width < 24),
    tag: element.tagName.toLowerCase(),
  };
};

/** Runs in the page: the next Tab begins at the top, wherever the focus was put before. */
const toTheTop = () => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  document.body.blur();
  window.scrollTo(0, 0);
};

/** Walks through the page by Tab; gives what is wrong. */
export async function walk(page) {
  await page.evaluate(toTheTop);
  // Radio buttons of one name are one stop; what is in a closed <details> is none.
  const total = await page.evaluate((selector) => {
    const stops = [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
    const names = stops.map((e, i) => (e.type === "radio" ? `radio ${e.name}` : i));
    return new Set(names).size;
  }, FOCUSABLE);
  const faults = [];
  let count = 0;
  for (let i = 0; i < total + 5; i += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(stop);
    if (!here) break;
    count += 1;
    const what = `stop ${count} (${here.tag} "${here.name}")`;
    if (!here.name) faults.push(`${what} has no name`);
    if (!here.isSeen) faults.push(`${what} is not in view`);
    if (!here.hasRing) faults.push(`${what} does not show the focus`);
    if (here.isSmall) faults.push(`${what} is smaller than 24 by 24`);
  }
  if (count < total) faults.push(`${count} stops reached of ${total}`);
  if (count > total) faults.push(`${count} stops, but only ${total} things to stop at: a trap?`);
  return faults;
}

/** The first stop is the skip link, and it leads to the main part. */
export async function skips(page) {
  await page.evaluate(toTheTop);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const [hash, isInside] = await page.evaluate(() => {
    const main = document.querySelector("main");
    return [location.hash, main.contains(document.activeElement) || main.id === location.hash.slice(1)];
  });
  return hash && isInside ? "" : `the first stop leads to "${hash}", not to the main part`;
}
