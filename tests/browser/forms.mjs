// Filling forms in and sending them.

/** What people fill in; what a form keeps hidden may have the same name. */
const named = (name) => `[name="${name}"]:not([type="hidden"])`;

/** A field of the main part, by its name. */
export const field = (page, name) => page.locator(`main ${named(name)}`).first();

/** The form that has a field of this name. */
const formWith = (page, name) =>
  page.locator("main form", { has: page.locator(named(name)) }).first();

/** Whether an answer is a page to stay on: not a file of one, and not the way to another. */
const isPage = (answer) =>
  answer.request().isNavigationRequest() && (answer.status() < 300 || answer.status() >= 400);

/** Presses something that leads to another page; gives the answer that is shown in the end. */
export async function press(page, button) {
  const [answer] = await Promise.all([
    page.waitForResponse(isPage),
    page.waitForEvent("load"),
    button.click(),
  ]);
  return answer;
}

/** Sends the form that has a field of this name; gives what the server answers. */
export const send = (page, name) =>
  press(page, formWith(page, name).locator('button[type="submit"]').last());

/** Goes along a link of the main part whose address ends so. */
export const follow = (page, ending) =>
  press(page, page.locator(`main a[href$="${ending}"]`).first());
