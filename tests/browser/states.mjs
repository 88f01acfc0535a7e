// Pages that no link leads to: errors, forms that come back, what comes after a form, empty lists.
// Each says how to get there, and what the server must answer.

import { drawing } from "./drawing.mjs";
import { field, press, send } from "./forms.mjs";
import { signIn } from "./journeys.mjs";
import { ADMIN } from "./seed.mjs";
import { to } from "./visit.mjs";

/** Both languages of a list of pages; each is given what turns a path into one of its language. */
function inBoth(list) {
  const languages = [
    ["English", (path) => path],
    ["Welsh", (path) => (path === "/" ? "/cy" : `/cy${path}`)],
  ];
  return languages.flatMap(([language, at]) =>
    list.map(({ name, reach, ...rest }) => ({
      name: `${name} (${language})`,
      reach: (page) => reach(page, at),
      ...rest,
    })),
  );
}

/** A page at a path. */
const page = (name, path, status, state) => ({
  name,
  status,
  state,
  reach: (tab, at) => to(at(path))(tab),
});

/** A form at `path` that comes back because `spoil` filled it in wrongly. */
const wrong = (name, path, by, spoil, state, status = 422) => ({
  name,
  status,
  state,
  async reach(tab, at) {
    await tab.goto(at(path));
    await spoil(tab);
    return await send(tab, by);
  },
});

const empty = async () => {};

/** Takes a choice back, as no reader can; whoever sends forms by a program can. */
const unchoose = (name) => (tab) =>
  tab.locator(`main [name="${name}"]:checked`).evaluate((choice) => (choice.checked = false));

/** Chooses what is not in the list. */
const misuse = (name) => (tab) =>
  field(tab, name).evaluate((list) => (list.selectedOptions[0].value = "nobody_at_all"));

const long = async (tab) => {
  await tab.locator('main details:has([name="title"]) > summary').click();
  await field(tab, "title").fill("x".repeat(301));
};

/** Before the set-up. */
export const unset = (link) =>
  inBoth([
    page("set-up", link, 200),
    wrong("set-up, nothing filled in", link, "email", empty),
    page("home, nothing there", "/", 200),
    page("providers, nobody there", "/providers", 200),
    page("groups, none there", "/groups", 200),
  ]);

/** Writes while the session ends on another device: the words must not get lost. */
const signedOutMeanwhile = (browser, base) => ({
  name: "signed out meanwhile",
  status: 401,
  async reach(tab, at) {
    const state = await signIn(browser, base);
    await tab.context().addCookies(state.cookies);
    await tab.goto(at("/write"));
    await field(tab, "text").fill("Half an hour of writing.");
    const other = await tab.context().newPage();
    await other.goto("/you");
    await press(other, other.locator('form[action$="/sign-out"] button'));
    await other.close();
    await tab.context().addCookies(state.cookies);
    return await send(tab, "text");
  },
});

/** Errors, and what is empty or gone. */
function gaps({ browser, base, posts, states }) {
  return inBoth([
    page("not found", "/nothing-here", 404),
    page("not found, member", "/nothing-here", 404, states.member),
    page("not allowed", "/providers/new", 403, states.other),
    page("not allowed to start a group", "/groups/new", 403, states.other),
    page("a group, just joined", "/groups/kitchen_table?said=group-joined", 200, states.other),
    page("a closed group", "/groups/nights", 200),
    page("a closed group, asked", "/groups/nights?said=group-asked", 200, states.other),
    page("who is in it", "/groups/nights/members?said=group-changed", 200, states.member),
    page("who is in an open group", "/groups/kitchen_table/members", 200, states.member),
    page("who is in it, not allowed", "/groups/nights/members", 403, states.other),
    page("who is banned until when", "/groups/hysbysfwrdd/members", 200, states.member),
    page("a conversation without replies", posts.shut, 200),
    page("a conversation without replies, member", posts.shut, 200, states.other),
    page("a conversation just closed", `${posts.shut}?said=locked`, 200, states.member),
    page("what moderators did", "/groups/kitchen_table/removed", 200),
    page("reports of a group", "/groups/kitchen_table/reports", 200, states.member),
    page("reports of a group, none", "/groups/nights/reports?said=report-closed", 200, states.member),
    page("reports to the community", "/reports", 200, states.member),
    page("reports, not allowed", "/reports", 403, states.other),
    page("updates", "/updates", 200, states.other),
    page("updates, moderator", "/updates?said=saw", 200, states.member),
    page("what waits, nothing", "/groups/nights/waiting", 200, states.member),
    page("what waits, moderator", "/groups/slow/waiting?said=waiting-down", 200, states.member),
    page("what waits, of one's own", "/groups/slow/waiting", 200, states.other),
    page("a group that reads first", "/groups/slow?said=waits", 200, states.other),
    page("a private group, invited", "/groups/quiet", 200, states.other),
    page("a private group, not there", "/groups/quiet", 404),
    page("no such method", "/sign-out", 405),
    page("a post that is gone", posts.gone, 410),
    page("a post that is gone, member", posts.gone, 410, states.member),
    page("set-up, link used", "/setup?token=used", 403),
    page("home, nothing followed", "/", 200, states.other),
    page("your page, nothing there", "/you", 200, states.other),
    page("hashtag, nothing there", "/tags/nothing", 200),
    page("just done", "/providers?said=unfollowed", 200),
    signedOutMeanwhile(browser, base),
  ]);
}

/** Forms that come back. */
function forms({ posts, states }) {
  const { member, other } = states;
  const handle = (tab) => field(tab, "handle").fill("nobody_at_all");
  const nobody = (tab) => field(tab, "who").last().fill("nobody_at_all");
  const address = (tab) => field(tab, "address").fill("no address");
  const password = async (tab) => {
    await field(tab, "name").fill("nobody");
    await field(tab, "password").fill("not-the-password");
  };
  const nothing = (tab) => field(tab, "text").fill("");
  const team = "/team/hazelbank";
  const lastLead = async (tab, at) => {
    await tab.goto(at(team));
    const line = tab.locator("main li", { has: tab.locator(`[value="${ADMIN.handle}"]`) });
    return await press(tab, line.locator("button"));
  };
  const table = "/groups/kitchen_table";
  const unfold = (tab) => tab.locator("#begin > summary").click();
  const file = (name, buffer) => ({ name, mimeType: "image/png", buffer });
  const open = async (tab) => {
    const box = tab.locator("details:has(> summary#pictures)");
    if ((await box.getAttribute("open")) === null) await box.locator("> summary").click();
  };
  const choose = (chosen, words) => async (tab) => {
    await open(tab);
    if (chosen) await field(tab, "picture_file").setInputFiles(chosen);
    await field(tab, "description_new").fill(words);
  };
  const picture = file("house.png", drawing());
  const begun = (chosen, words) => async (tab) => {
    await unfold(tab);
    await choose(chosen, words)(tab);
  };
  /** Adds pictures, one after the other, to what is being written. */
  const adding = (path, count) => async (tab, at) => {
    await tab.goto(at(path));
    let answer;
    for (let i = 1; i <= count; i += 1) {
      await open(tab);
      await field(tab, "picture_file").setInputFiles(picture);
      await field(tab, "description_new").fill(`A house under a sun, ${i}`);
      answer = await press(tab, tab.locator('main button[value="picture"]'));
    }
    return answer;
  };
  const neededThere = async (tab, at) => {
    await tab.goto(at(table));
    return await press(tab, tab.locator('form[action$="/leave"] button'));
  };
  return inBoth([
    wrong("sign in wrongly", "/sign-in", "password", password, undefined, 401),
    wrong("write nothing", "/write", "text", long, member),
    wrong("write with words for no picture", "/write", "text", choose(undefined, "A house"), member),
    wrong("write with what is no picture", "/write", "text", choose(file("a.png", Buffer.from("no")), ""), member),
    { name: "write, a picture added", status: 200, state: member, reach: adding("/write", 1) },
    { name: "write, four pictures added", status: 200, state: member, reach: adding("/write", 4) },
    { name: "answer, a picture added", status: 200, state: other, reach: adding(posts.long, 1) },
    wrong("begin a conversation with no picture", table, "text", begun(undefined, "A house"), other),
    wrong("change the pictures wrongly", `${posts.pictures}/edit`, "text", choose(undefined, "A house"), member),
    wrong("report nothing", `${posts.shut}/report`, "comment", empty, other),
    wrong("report in a group without words", `${posts.awake}/report`, "comment", empty, member),
    wrong("change a profile wrongly", "/team/hazelbank/profile", "name", (tab) => field(tab, "name").fill(""), member),
    { name: "change a profile, a picture added", status: 200, state: member, reach: adding("/you/profile", 1) },
    wrong("change a group wrongly", "/groups/kitchen_table/change", "name", (tab) => field(tab, "about").fill(""), member),
    wrong("write for nobody", "/write", "text", unchoose("audience"), member),
    wrong("answer nothing", posts.long, "text", empty, other),
    wrong("answer as somebody else", posts.long, "text", misuse("author"), member),
    wrong("change to nothing", `${posts.edited}/edit`, "text", nothing, member),
    wrong("add a provider without a name", "/providers/new", "summary", empty, member),
    wrong("start a group without a name", "/groups/new", "about", empty, member),
    wrong("invite nobody", "/groups/nights/members", "who", nobody, member),
    wrong("turn down without a reason", "/groups/slow/waiting", "reason", empty, member),
    wrong("begin a conversation with nothing", table, "text", unfold, other),
    { name: "leave a group that needs one", status: 422, state: member, reach: neededThere },
    wrong("add nobody to a team", team, "role", handle, member),
    wrong("add somebody without a role", team, "role", unchoose("role"), member),
    { name: "take the last lead out", status: 422, state: member, reach: lastLead },
    wrong("follow no address", "/you", "address", address, member),
    wrong("follow from no address", "/follow/hazelbank", "address", empty),
  ]);
}

/** What comes after the box for people from elsewhere, and who is known from there. */
function away({ elsewhere, states }) {
  const person = (name) => (tab) => field(tab, "address").fill(`${name}@${elsewhere.host}`);
  const path = `/@pat@${elsewhere.host}`;
  return inBoth([
    page("follow from elsewhere", "/follow/hazelbank", 200),
    wrong("follow, ready", "/follow/hazelbank", "address", person("pat"), undefined, 200),
    wrong("follow, by hand", "/follow/hazelbank", "address", person("plain"), undefined, 200),
    page("profile from elsewhere", path, 200, states.member),
  ]);
}

/** Posts of kinds that the crawl need not have met first. */
const special = ({ posts, states }) =>
  inBoth([
    page("an answer", posts.answer, 200),
    page("an answer, member", posts.answer, 200, states.member),
    page("a post in Arabic", posts.arabic, 200),
    page("a post in Welsh with title and warning", posts.titled, 200),
    page("its history", `${posts.edited}/history`, 200),
    page("a person", "/@bryn", 200),
    page("a post with a picture", posts.picture, 200),
    page("a post with pictures", posts.pictures, 200, states.member),
  ]);

/** Posts with more than a text, each in one language: their words are written once for all pages. */
const kinds = ({ posts, states }) => {
  const { member, other } = states;
  return [
    page("a poll to vote in", posts.poll, 200, member),
    wrong("a poll, nothing chosen", `/cy${posts.poll}`, "choice", empty, member),
    page("an event with attachments", posts.event, 200, member),
    page("a long article with a title", `/cy${posts.article}`, 200, other),
  ].map(({ reach, ...rest }) => ({ reach: (tab) => reach(tab, (path) => path), ...rest }));
};

/** All pages that no link leads to. */
export const hidden = (seen) => [
  ...gaps(seen),
  ...forms(seen),
  ...away(seen),
  ...special(seen),
  ...kinds(seen),
];
