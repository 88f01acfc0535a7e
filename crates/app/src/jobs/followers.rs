//! Comparing who of ours follows an actor elsewhere with what its server knows (FEP-8fcf).

use std::time::Duration;

use carefolk_domain::followers;

use super::Jobs;
use super::lists::Listed;
use crate::actors::PART_MAX;
use crate::follows::synchronize;
use crate::kernel::error::Error;

/// How long reading the list may take.
const LIST_WITHIN: Duration = Duration::from_secs(30);

impl Jobs<'_> {
    /// Reads the list of those of ours whom another server takes for followers, and makes ours the
    /// same. Only a whole list that fits the digest counts: half of one would end the follows of
    /// the other half.
    pub(super) async fn synchronize(
        &self,
        actor: &str,
        url: &str,
        digest: &str,
    ) -> Result<(), Error> {
        if synchronize::is_alike(self.0.read(), actor, digest).await? {
            return Ok(());
        }
        let mut listed = Listed::up_to(usize::try_from(PART_MAX).unwrap_or(usize::MAX));
        let reading = self.read_list(url.to_owned(), &mut listed);
        match tokio::time::timeout(LIST_WITHIN, reading).await {
            Ok(read) => read?,
            Err(_elapsed) => return Ok(()),
        }
        let found = followers::digest(listed.ids.iter().map(String::as_str));
        if listed.is_cut || found != digest {
            tracing::debug!(actor, "a list of followers is not the one that was announced");
            return Ok(());
        }
        let tx = self.0.begin().await?;
        synchronize::apply(self.0, &tx, actor, &listed.ids).await?;
        tx.commit().await
    }
}
