//! What becomes of an actor: changed, moved, closed for ever; ours, and what we hear of others.
//!
//! Invariants: followers go to another actor only if that one, read at its own address, says that it
//! is the same (S-053); who was closed comes back under no circumstances, and its handle is nobody
//! else's (S-042).

mod change;
mod close;
pub(crate) mod follow_on;
mod moving;
pub(crate) mod receive;
mod wire_map;

use carefolk_domain::Span;
use carefolk_store::entity::actor;
pub use moving::NOT_NAMED_HERE;

use crate::App;
use crate::actors::{ActorView, queries};
use crate::kernel::{caller::Caller, error::Error};
use crate::placed::{NewPicture, PictureView};
use crate::portraits::{self, Sitter};

/// How many other ids an actor of ours may name as itself.
pub const ALIASES_MAX: usize = 10;

/// How long after a move the next one may come (S-053).
const MOVE_AGAIN_AFTER: Span = Span::days(30);

/// The handle of this capability.
pub struct Profiles<'a>(pub(crate) &'a App);

/// A change of what an actor says about itself; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ChangeActor {
    /// The local name of whom.
    pub handle: String,
    /// The name others see.
    pub name: Option<String>,
    /// What it says about itself, in Markdown.
    pub summary: Option<String>,
    /// Whether it wants to be in lists.
    pub discoverable: Option<bool>,
    /// Whether its posts may be searched.
    pub indexable: Option<bool>,
    /// Its picture: one that was taken in, or that it has; none takes it away.
    pub picture: Option<Vec<NewPicture>>,
}

/// What somebody of ours says about themselves, as who may change it sees it.
#[derive(Clone, Debug)]
pub struct OwnProfile {
    /// Who.
    pub who: ActorView,
    /// What was typed about them, in Markdown.
    pub summary_source: String,
    /// Their picture.
    pub picture: Option<PictureView>,
}

impl Profiles<'_> {
    /// What an actor that the caller may speak as says about itself.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::NotFound`], [`Error::Store`].
    pub async fn own(&self, caller: &Caller, handle: &str) -> Result<OwnProfile, Error> {
        let row = self.0.follows().voice(caller, handle).await?;
        let picture = portraits::view_of(self.0.read(), Sitter::Actor(row.id)).await?;
        let summary_source = row.summary_source.clone().unwrap_or_default();
        Ok(OwnProfile { who: queries::view(row), summary_source, picture })
    }
}

/// The other ids of an actor.
fn aliases(row: &actor::Model) -> Vec<String> {
    let text = row.also_known_as.as_deref().unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}
