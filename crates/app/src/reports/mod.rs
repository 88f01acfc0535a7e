//! Reports: what somebody tells the moderators, here and of other servers.
//!
//! Invariants: who reported is never told to another server, which hears from the instance itself
//! (S-192), nor to the moderators of a group; a report shows moderators no post that its reporter could not see (S-052);
//! what was told the moderators of a group that stays here, nobody else reads.

mod commands;
mod queries;
pub(crate) mod receive;
mod wire_map;

use carefolk_domain::{ActorId, GroupId, Moment, NotificationKind, PostId, ReportId, UriHash};
pub use carefolk_store::entity::report::ReportState;
use carefolk_store::entity::{report, report_post};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use crate::App;
use crate::actors::ActorView;
use crate::grouped::GroupName;
use crate::kernel::{error::Error, tx::Tx};
use crate::news::{self, News};
use crate::posts::PostView;

/// The longest comment of a report, in characters: what Mastodon takes.
pub const COMMENT_MAX_CHARS: usize = 5_000;

/// How many posts one report names.
pub const POSTS_MAX: usize = 20;

/// The handle of this capability.
pub struct Reports<'a>(pub(crate) &'a App);

/// A report about to be made.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// The local name of who reports.
    pub reporter: String,
    /// Who it is about.
    pub about: carefolk_domain::Address,
    /// The addresses of posts of theirs.
    pub posts: Vec<String>,
    /// What is wrong, in plain text.
    pub comment: String,
    /// Who reads it here.
    pub to: Readers,
    /// Whether their server is told, and the group elsewhere that it was said in, without saying who reported.
    pub forward: bool,
}

/// Who reads a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readers {
    /// Those who run the community.
    #[default]
    Community,
    /// The moderators of the group here in which it was said. They are not told who reported.
    Group,
}

/// A report, as a moderator sees it.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// The row.
    pub id: ReportId,
    /// Who it is about.
    pub about: ActorView,
    /// The group whose moderators read it, if they do.
    pub group: Option<GroupName>,
    /// Who made it, if somebody here did and the reader may know: their local name.
    pub reporter: Option<String>,
    /// The server it came from, if it came from another one.
    pub host: Option<String>,
    /// What was said.
    pub comment: String,
    /// The posts it names, as far as they are still here.
    pub posts: Vec<PostView>,
    /// What became of it.
    pub state: ReportState,
    /// Whether their server was told.
    pub forwarded: bool,
    /// When it was made.
    pub created: Moment,
}

/// A report about to be written.
struct Row {
    uri: String,
    reporter: Option<carefolk_domain::AccountId>,
    host: Option<String>,
    about: ActorId,
    group: Option<GroupId>,
    comment: String,
    forwarded: bool,
}

async fn write(app: &App, tx: &Tx, row: Row, posts: &[PostId]) -> Result<report::Model, Error> {
    let made = report::Model {
        id: ReportId(app.id()),
        uri_hash: UriHash::of(&row.uri),
        uri: row.uri,
        reporter_id: row.reporter,
        host: row.host,
        about_id: row.about,
        group_id: row.group,
        comment: row.comment,
        state: ReportState::Open,
        forwarded: row.forwarded,
        created_at: tx.now(),
        closed_at: None,
    };
    let made = made.into_active_model().reset_all().insert(tx.conn()).await?;
    for post in posts {
        report_post::ActiveModel { report_id: Set(made.id), post_id: Set(*post) }
            .insert(tx.conn())
            .await?;
    }
    let (kind, post) = (NotificationKind::PostReported, posts.first().copied());
    let news = News { kind, by: None, post, group: row.group };
    match row.group {
        Some(_) => news::tell_moderators_but(app, tx, news, row.about).await?,
        // What only some may read is for the list of reports.
        None => news::tell_keepers_but(app, tx, News { post: None, ..news }, row.about).await?,
    }
    Ok(made)
}
