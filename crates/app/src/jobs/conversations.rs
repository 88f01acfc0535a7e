//! Reading the rest of a conversation from other servers: what a post answers, and what answers it.
//!
//! Invariants: a list says only where to look; each post in it is read at its own address and must
//! say itself that it belongs there. What is found is news to nobody. Lists end (`super::lists`), time
//! is counted here, and what may wait is bounded in `kernel::jobs` (S-076, S-077).

use std::time::Duration;

use carefolk_domain::{PostState, Span, UriHash, uri};
use carefolk_store::entity::post;

use super::Jobs;
use super::lists::Listed;
use crate::actors::queries as actors;
use crate::kernel::error::Error;
use crate::kernel::jobs::{self, Climb, Job};
use crate::posts::arrive::Arriving;
use crate::posts::fetch::{Fetched, Found, GONE, open_post};
use crate::posts::{self, bury, orphans, receive};

/// How many ids are taken from them.
const IDS_MAX: usize = 200;

/// How long after the first time a post is read once more, if it seemed to belong elsewhere.
const SECOND_LOOK: Span = Span::minutes(1);

/// How long reading them may take altogether.
const LISTS_WITHIN: Duration = Duration::from_secs(30);

impl Jobs<'_> {
    /// Reads a post that one here answers; what it answers in its turn is another job.
    pub(super) async fn fetch_parent(&self, uri: &str, climb: Climb) -> Result<(), Error> {
        if posts::by_uri(self.0.read(), uri).await?.is_some()
            || !orphans::is_wanted(self.0.read(), uri).await?
        {
            return Ok(());
        }
        match open_post(self.0, uri).await? {
            Fetched::Found(found) => self.keep(*found, climb).await,
            Fetched::Not(why) => {
                tracing::debug!(why = why.words(), "what a post answers is not kept");
                Ok(())
            }
        }
    }

    /// Reads which posts answer one, as its own server lists them, and puts those that are not
    /// here into the queue.
    pub(super) async fn fetch_replies(&self, uri: &str) -> Result<(), Error> {
        let Some(row) = self.open_row(uri).await? else { return Ok(()) };
        let Some(lists) = self.read_again(&row).await? else { return Ok(()) };
        let mut listed = Listed::up_to(IDS_MAX);
        let reading = async {
            for list in lists.into_iter().filter(|list| uri::same_origin(list, uri)) {
                self.read_list(list, &mut listed).await?;
            }
            Ok(())
        };
        match tokio::time::timeout(LISTS_WITHIN, reading).await {
            // What was read before it failed is worth having.
            Ok(Err(error)) if listed.ids.is_empty() => return Err(error),
            Ok(_) | Err(_) => {}
        }
        self.queue(uri, listed.ids).await
    }

    /// Reads a post that a list names and that is not here; or one that was found before, again.
    /// Says when to look once more, if what it answers may be on its way: lists are read by many
    /// hands, and the answer may come before the question. `age` is how long ago it was listed.
    pub(super) async fn fetch_found(
        &self,
        uri: &str,
        beside: &str,
        age: Span,
    ) -> Result<Option<Span>, Error> {
        if let Some(row) = posts::by_uri(self.0.read(), uri).await? {
            return self.read_again(&row).await.map(|_lists| None);
        }
        let Some(beside) = self.open_row(beside).await? else { return Ok(None) };
        match open_post(self.0, uri).await? {
            Fetched::Found(found) if self.belongs(&found, &beside).await? => {
                self.keep(*found, Climb::FOUND).await?;
            }
            Fetched::Found(_) if age < SECOND_LOOK => return Ok(Some(SECOND_LOOK)),
            Fetched::Found(_) => tracing::debug!("a listed post is of another conversation"),
            Fetched::Not(why) => tracing::debug!(why = why.words(), "a listed post is not kept"),
        }
        Ok(None)
    }

    pub(super) async fn keep(&self, found: Found, climb: Climb) -> Result<(), Error> {
        let Found { author, note, words } = found;
        let tx = self.0.begin().await?;
        receive::create(self.0, &tx, Arriving { author, note, words, climb, said: None }).await?;
        tx.commit().await
    }

    /// The row of a post that anybody may read.
    async fn open_row(&self, uri: &str) -> Result<Option<post::Model>, Error> {
        Ok(posts::by_uri(self.0.read(), uri).await?.filter(is_open))
    }

    /// Reads a post from elsewhere again: a change is taken over, and what is gone there goes here.
    /// Says where what answers it is listed; nothing if it cannot be read.
    async fn read_again(&self, row: &post::Model) -> Result<Option<Vec<String>>, Error> {
        if row.slug.is_some() || !is_open(row) {
            return Ok(None);
        }
        let Found { author, note, words } = match open_post(self.0, &row.uri).await? {
            Fetched::Found(found) => *found,
            Fetched::Not(GONE) => {
                let author = actors::by_id(self.0.read(), row.actor_id).await?;
                let tx = self.0.begin().await?;
                bury::delete(self.0, &tx, &author, &row.uri).await?;
                tx.commit().await?;
                return Ok(None);
            }
            Fetched::Not(_) => return Ok(None),
        };
        if author.id != row.actor_id {
            return Ok(None);
        }
        let lists = note.replies.iter().chain(&note.context).cloned().collect();
        // A text without a moment cannot be told from the one we have.
        if note.updated.is_some() {
            let tx = self.0.begin().await?;
            receive::update(self.0, &tx, &author, note, words).await?;
            tx.commit().await?;
        }
        Ok(Some(lists))
    }

    async fn queue(&self, beside: &str, ids: Vec<String>) -> Result<(), Error> {
        let hashes = ids.iter().map(|id| UriHash::of(id));
        let known = posts::known(self.0.read(), hashes).await?;
        let base = self.0.settings().uri_base();
        let missing: Vec<String> = ids
            .into_iter()
            .filter(|id| !known.contains(&UriHash::of(id)) && !uri::same_origin(id, base))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        for uri in missing {
            let job = Job::FetchFound { uri, beside: beside.to_owned() };
            jobs::later(self.0, &tx, &job).await?;
        }
        tx.commit().await
    }

    /// Whether a post says itself that it is of that conversation: it answers one of it that is
    /// here, or names it by its id. Otherwise any list could fill our tables with anything.
    async fn belongs(&self, found: &Found, beside: &post::Model) -> Result<bool, Error> {
        if found.note.context.is_some() && found.note.context == beside.context_uri {
            return Ok(true);
        }
        let Some(parent) = &found.note.in_reply_to else { return Ok(false) };
        let root = |row: &post::Model| row.root_id.unwrap_or(row.id);
        let parent = posts::by_uri(self.0.read(), parent).await?;
        Ok(parent.is_some_and(|parent| root(&parent) == root(beside)))
    }
}

/// Whether anybody may read a post.
fn is_open(row: &post::Model) -> bool {
    row.state == PostState::Published && row.audience.is_open()
}
