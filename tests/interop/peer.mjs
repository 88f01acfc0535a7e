// A server that we did not write: Fedify, with one person on it and everything in memory.

import {
  createFederation,
  generateCryptoKeyPair,
  InProcessMessageQueue,
  MemoryKvStore,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Announce,
  Create,
  Delete,
  Endpoints,
  Follow,
  Mention,
  Note,
  Person,
  PUBLIC_COLLECTION,
  Tombstone,
  Undo,
  Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { fromFetch, listenTls } from "./tls-proxy.mjs";
import { until } from "./wait.mjs";

/** One Fedify server with one person, who accepts every follower. */
export class Peer {
  /** Everything the person's inbox accepted after checking its signature, in order. */
  heard = [];
  /** What went wrong inside Fedify, for the log of a failed test. */
  troubles = [];
  /** Followers by their actor's id. */
  followers = new Map();
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
    for (const algorithm of ["RSASSA-PKCS1-v1_5", "Ed25519"]) {
      this.#keys.push(await generateCryptoKeyPair(algorithm));
    }
    this.stopping = new AbortController();
    this.server = await listenTls(
      this,
      fromFetch(this.host, (request) => this.federation.fetch(request, { contextData: undefined })),
    );
    return this;
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

  /** Asks to follow; the answer arrives in the inbox. */
  async follow(actor) {
    const follow = new Follow({
      id: this.#mint("follow"),
      actor: this.actorId,
      object: actor.id,
      to: actor.id,
    });
    await this.#send(actor, follow);
    return follow;
  }

  /** Posts in public; a reply mentions and is sent to the author it answers. */
  async post({ html, replyTo, author, to = author ?? "followers" }) {
    const id = this.#mint("notes");
    const mention = author
      ? [new Mention({ href: author.id, name: `@${author.preferredUsername}@${author.id.host}` })]
      : [];
    const note = new Note({
      id,
      attribution: this.actorId,
      content: html,
      replyTarget: replyTo,
      published: Temporal.Now.instant(),
      to: PUBLIC_COLLECTION,
      ccs: [this.context.getFollowersUri(this.person), ...(author ? [author.id] : [])],
      tags: mention,
      url: id,
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
    const reaction = new Kind({
      id: this.#mint(Kind.name.toLowerCase()),
      actor: this.actorId,
      object: note,
      to: Kind === Announce ? PUBLIC_COLLECTION : author.id,
    });
    await this.#send(author, reaction);
    return reaction;
  }

  /** Takes back what we did. */
  async undo(activity, to) {
    const undo = new Undo({
      id: this.#mint("undo"),
      actor: this.actorId,
      object: activity,
      to: to.id,
    });
    await this.#send(to, undo);
  }

  async edit(note, html, to) {
    const edited = note.clone({ content: html, updated: Temporal.Now.instant() });
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
    await this.context.sendActivity(sender, to, activity, { preferSharedInbox: true });
  }

  #describePerson() {
    this.federation
      .setActorDispatcher("/users/{identifier}", async (context, identifier) => {
        if (identifier !== this.person) return null;
        const keys = await context.getActorKeyPairs(identifier);
        return new Person({
          id: context.getActorUri(identifier),
          preferredUsername: identifier,
          name: `${identifier} of ${this.host}`,
          inbox: context.getInboxUri(identifier),
          outbox: new URL(`/users/${identifier}/outbox`, this.origin),
          endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
          followers: context.getFollowersUri(identifier),
          url: new URL(`/@${identifier}`, this.origin),
          publicKey: keys[0].cryptographicKey,
          assertionMethods: keys.map((pair) => pair.multikey),
        });
      })
      .setKeyPairsDispatcher((_context, identifier) =>
        identifier === this.person ? this.#keys : [],
      );
    this.federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({
      items: [...this.followers.values()],
    }));
  }

  #describeNotes() {
    this.federation.setObjectDispatcher(Note, "/notes/{id}", (_context, { id }) => {
      return this.#notes.get(new URL(`/notes/${id}`, this.origin).href) ?? null;
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
      await context.sendActivity({ identifier: this.person }, follower, accept);
    });
    inbox.on(Undo, async (context, undo) => {
      this.heard.push(undo);
      const undone = await undo.getObject(context);
      if (undone instanceof Follow) this.followers.delete(undo.actorId.href);
    });
  }
}
