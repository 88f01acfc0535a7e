//! Reading what somebody elsewhere pinned, when the first one here follows them: from then on `Add` and
//! `Remove` say what changes.
//!
//! Invariant: what is found is news to nobody, and only posts of the actor's own count (S-049).

use std::time::Duration;

use carefolk_domain::uri;

use super::Jobs;
use super::lists::Listed;
use crate::actors::queries as actors;
use crate::kernel::error::Error;
use crate::kernel::jobs::Climb;
use crate::kernel::ports::PortError;
use crate::posts;
use crate::posts::fetch::{Fetched, open_post};
use crate::posts::pins::{self, REMOTE_PINS_MAX};

/// How long reading the list and the posts in it may take.
const FEATURED_WITHIN: Duration = Duration::from_secs(30);

impl Jobs<'_> {
    /// Reads which posts an actor pinned and those of them that are not here, and writes down what
    /// is pinned. A list that cannot be read changes nothing; of a long one the beginning counts.
    pub(super) async fn fetch_featured(&self, actor: &str) -> Result<(), Error> {
        let Some(row) = actors::by_uri(self.0.read(), actor).await? else { return Ok(()) };
        let list = row.featured_uri.filter(|list| uri::same_origin(list, actor));
        let Some(list) = list else { return Ok(()) };
        if !self.0.follows().is_followed_here(row.id).await? {
            return Ok(());
        }
        let begun = self.0.now();
        let mut listed = Listed::up_to(usize::try_from(REMOTE_PINS_MAX).unwrap_or(usize::MAX));
        let reading = async {
            self.read_list(list, &mut listed).await?;
            for id in listed.ids.iter().filter(|id| uri::same_origin(id, actor)) {
                self.fetch_pinned(id, actor).await?;
            }
            Ok::<(), Error>(())
        };
        match tokio::time::timeout(FEATURED_WITHIN, reading).await {
            Ok(read) => read?,
            Err(_elapsed) => listed.is_cut = true,
        }
        if listed.is_cut && listed.ids.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        pins::replace(&tx, row.id, &listed.ids, begun).await?;
        tx.commit().await
    }

    /// Reads a pinned post that is not here; one that cannot be had is left out.
    async fn fetch_pinned(&self, id: &str, actor: &str) -> Result<(), Error> {
        if posts::by_uri(self.0.read(), id).await?.is_some() {
            return Ok(());
        }
        match open_post(self.0, id).await {
            Ok(Fetched::Found(found)) if found.author.uri == actor => {
                self.keep(*found, Climb::FOUND).await
            }
            Ok(_) | Err(Error::Upstream(PortError::Unavailable(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
