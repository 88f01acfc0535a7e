// A server that we did not write: Fedify, with one person on it and everything in memory.

import {
  createFederation,
  generateCryptoKeyPair,
  InProcessMessageQueue,
  MemoryKvStore,
  signRequest,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Article,
  Create,
  Delete,
  Endpoints,
  Event,
  Follow,
  Mention,
  Note,
  Page,
  Person,
  PUBLIC_COLLECTION,
  Question,
  Tombstone,
  Undo,
  Update,
  Video,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { fromFetch, listenTls } from "./tls-proxy.mjs";
import { until } from "./wait.mjs";

/** What can be posted, and where it lives. */
const POSTS = [
  [Note, "notes"],
  [Question, "questions"],
  [Article, "articles"],
  [Page, "pages"],
  [Event, "events"],
  [Video, "videos"],
];

/** One Fedify server with one person, who accepts every follower. */
export class Peer {
  /** Everything the person's inbox accepted after checking its signature, in order. */
  heard = [];
  /** What went wrong inside Fedify, for the log of a failed test. */
  troubles = [];
  /** The requests at its inboxes, oldest first: head, text, and what was answered. */
  posted = [];
  /** Followers by their actor's id. */
  followers = new Map();
  /** The last Accept of each follower, by their actor's id. */
  accepts = new Map();
  /** Whether the person is shown only to who signs the request. */
  demands = false;
  /** Who signed when the person was asked for while that was demanded: the id of their key, or null. */
  knocks = [];
  /** What the person says about themselves beyond their names; a change is seen by who reads them next. */
  profile = {};
  /** Pinned posts, the last first. */
  pinned = [];
  /** Whether the person was closed: read, they are a tombstone with status 410. */
  gone = false;
  #notes = new Map();
  #keys = [];
  #serial = 0;

  constructor({ host, address, certificates, person, firstKnock }) {
    Object.assign(this, { host, address, certificates, person });
    this.origin = new URL(`https://${host}`);
    this.federation = createFederation({
      kv: new MemoryKvStore(),
      queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
      origin: this.origin.origin,
      firstKnock,
      onOutboxError: (error) => this.troubles.push(`outbox: ${error.message}`),
    });
    this.#describePerson();
    this.#describeNotes();
    this.#listen();
    this.context = this.federation.createContext(this.origin, undefined);
  }

  /** Makes the keys and answers on port 443. */
  async start() {
    await this.changeKeys();
    this.stopping = new AbortController();
    this.server = await listenTls(
      this,
      fromFetch(this.host, (request) => this.#answer(request)),
    );
    return this;
  }

  /** Makes new keys, which bear the names of the old ones. */
  async changeKeys() {
    const algorithms = ["RSASSA-PKCS1-v1_5", "Ed25519"];
    this.#keys = await Promise.all(algorithms.map((algorithm) => generateCryptoKeyPair(algorithm)));
  }

  /** Signs a request by hand with the keys of now, as a stolen copy of them could later. */
  async signer() {
    const { privateKey } = this.#keys[0];
    const [{ keyId }] = await this.context.getActorKeyPairs(this.person);
    return async (request) => await signRequest(request, privateKey, keyId);
  }

  /** Files by their paths, and who asked for them. */
  files = new Map();
  asked = [];

  async #answer(request) {
    const file = this.files.get(new URL(request.url).pathname);
    if (file) {
      this.asked.push(request.headers);
      return new Response(file, { headers: { "content-type": "image/png" } });
    }
    const text = request.method === "POST" ? await request.clone().text() : undefined;
    const answer = await this.federation.fetch(request, { contextData: undefined });
    if (text !== undefined) {
      this.posted.push({ headers: request.headers, text, status: answer.status });
    }
    return answer;
  }

  async stop() {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve()));
  }

  get handle() {
    return `${this.person}@${this.host}`;
  }

  get actorId() {
    return this.context.getActorUri(this.person);
  }

  /** Finds an actor as a person would, by `@name@host`. */
  async look(address) {
    return await this.context.lookupObject(address);
  }

  /** Reads a document anew, signed as our person, past every cache. */
  async fetchJson(url) {
    const load = await this.context.getDocumentLoader({ identifier: this.person });
    return (await load(url.toString())).document;
  }

  /** Says anything: an activity of class `Kind` by our person, to an actor or to "followers". */
  async say(Kind, to, values) {
    const addressed = to === "followers" ? PUBLIC_COLLECTION : to.id;
    const said = new Kind({
      id: this.#mint(Kind.name.toLowerCase()),
      actor: this.actorId,
      to: addressed,
      ...values,
    });
    await this.#send(to, said);
    return said;
  }

  /** Asks to follow; the answer arrives in the inbox. */
  async follow(actor) {
    return await this.say(Follow, actor, { object: actor.id });
  }

  /**
   * Posts in public; a reply mentions and is sent to the author it answers. `more` is said of the note,
   * or whatever else it is.
   */
  async post({ Kind = Note, html, replyTo, author, to = author ?? "followers", more = {} }) {
    const [, folder] = POSTS.find(([it]) => it === Kind);
    const id = this.#mint(folder);
    const mention = author
      ? [new Mention({ href: author.id, name: `@${author.preferredUsername}@${author.id.host}` })]
      : [];
    const note = new Kind({
      id,
      attribution: this.actorId,
      content: html,
      replyTarget: replyTo,
      published: Temporal.Now.instant(),
      to: PUBLIC_COLLECTION,
      ccs: [this.context.getFollowersUri(this.person), ...(author ? [author.id] : [])],
      tags: mention,
      url: id,
      replies: this.context.getCollectionUri("replies", { id: id.pathname.split("/").pop() }),
      ...more,
    });
    this.#notes.set(id.href, note);
    const create = new Create({
      id: this.#mint("create"),
      actor: this.actorId,
      object: note,
      to: PUBLIC_COLLECTION,
      ccs: note.ccIds,
    });
    await this.#send(to, create);
    return note;
  }

  /** Likes (`Like`) or passes on (`Announce`) a post, and tells its author. */
  async react(Kind, note, author) {
    const to = Kind === Announce ? PUBLIC_COLLECTION : author.id;
    return await this.say(Kind, author, { object: note, to });
  }

  /** Takes back what we did. */
  async undo(activity, to) {
    await this.say(Undo, to, { object: activity });
  }

  async edit(note, html, to) {
    return await this.change(note, { content: html, updated: Temporal.Now.instant() }, to);
  }

  /** Says these things of a post anew. */
  async change(note, values, to) {
    const edited = note.clone(values);
    this.#notes.set(note.id.href, edited);
    await this.#send(
      to,
      new Update({
        id: this.#mint("update"),
        actor: this.actorId,
        object: edited,
        to: PUBLIC_COLLECTION,
        ccs: note.ccIds,
      }),
    );
    return edited;
  }

  async remove(note, to) {
    this.#notes.set(note.id.href, null);
    await this.#send(
      to,
      new Delete({
        id: this.#mint("delete"),
        actor: this.actorId,
        object: new Tombstone({ id: note.id }),
        to: PUBLIC_COLLECTION,
        ccs: note.ccIds,
      }),
    );
  }

  /** Waits until the inbox has heard an activity of this class that `fits`. */
  async hears(what, kind, fits = () => true, ms = undefined) {
    return await until(
      what,
      async () => {
        for (const activity of this.heard) {
          if (activity instanceof kind && (await fits(activity))) return activity;
        }
        return undefined;
      },
      ms,
    );
  }

  /** A few lines for the log of a failed test. */
  report() {
    const heard = this.heard.map((activity) => `  ${activity.constructor.name} ${activity.id?.href}`);
    return [`${this.host} heard:`, ...heard, ...this.troubles.map((line) => `  ! ${line}`)].join("\n");
  }

  #mint(kind) {
    this.#serial += 1;
    return new URL(`/${kind}/${this.#serial}`, this.origin);
  }

  async #send(to, activity) {
    const sender = { identifier: this.person };
    const options = { preferSharedInbox: true, syncCollection: to === "followers" };
    await this.context.sendActivity(sender, to, activity, options);
  }

  #describePerson() {
    this.federation
      .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
        if (identifier !== this.person) return null;
        if (this.gone) return new Tombstone({ id: context.getActorUri(identifier), formerType: Person });
        const keys = await context.getActorKeyPairs(identifier);
        return new Person({
          id: context.getActorUri(identifier),
          preferredUsername: identifier,
          name: `${identifier} of ${this.host}`,
          inbox: context.getInboxUri(identifier),
          outbox: new URL(`/users/${identifier}/outbox`, this.origin),
          endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
          followers: context.getFollowersUri(identifier),
          featured: context.getFeaturedUri(identifier),
          url: new URL(`/@${identifier}`, this.origin),
          publicKey: keys[0].cryptographicKey,
          assertionMethods: keys.map((pair) => pair.multikey),
          ...this.profile,
        });
      })
      .setKeyPairsDispatcher((_context, identifier) =>
        identifier === this.person ? this.#keys : [],
      )
      .authorize(async (context) => {
        if (!this.demands) return true;
        const key = await context.getSignedKey();
        this.knocks.push(key?.id.href ?? null);
        return key !== null;
      });
    this.federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
      items: [...this.followers.values()],
    }));
    this.federation.setFeaturedDispatcher("/users/{identifier}/featured", () => ({
      items: this.pinned,
    }));
  }

  #describeNotes() {
    for (const [Kind, folder] of POSTS) {
      this.federation.setObjectDispatcher(Kind, `/${folder}/{id}`, (_context, { id }) => {
        return this.#notes.get(new URL(`/${folder}/${id}`, this.origin).href) ?? null;
      });
    }
    this.federation.setCollectionDispatcher("replies", Note, "/notes/{id}/replies", (_context, { id }) => {
      const asked = new URL(`/notes/${id}`, this.origin).href;
      const answers = (note) => note?.replyTargetId?.href === asked;
      return { items: [...this.#notes.values()].filter(answers) };
    });
  }

  #listen() {
    const inbox = this.federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");
    inbox.onError((_context, error) => this.troubles.push(`inbox: ${error.message}`));
    inbox.on(Activity, (_context, activity) => this.heard.push(activity));
    inbox.on(Follow, async (context, follow) => {
      this.heard.push(follow);
      const follower = await follow.getActor(context);
      if (!follower) return this.troubles.push(`no actor at ${follow.actorId}`);
      this.followers.set(follower.id.href, follower);
      const accept = new Accept({
        id: this.#mint("accept"),
        actor: follow.objectId,
        object: follow,
        to: follower.id,
      });
      this.accepts.set(follower.id.href, accept);
      await context.sendActivity({ identifier: this.person }, follower, accept);
    });
    inbox.on(Undo, async (context, undo) => {
      this.heard.push(undo);
      const undone = await undo.getObject(context);
      if (undone instanceof Follow) this.followers.delete(undo.actorId.href);
    });
  }
}
