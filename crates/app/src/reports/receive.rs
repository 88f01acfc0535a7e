//! Reports that come from other servers.

use std::collections::BTreeSet;

use carefolk_domain::{GroupId, Html, PostId, PostState, UriHash, uri};
use carefolk_store::entity::{actor, post, report};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::{COMMENT_MAX_CHARS, POSTS_MAX, ReportState, Row, write};
use crate::App;
use crate::grouped;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::posts::visible::may_see;

/// How many open reports of one site are kept: more would bury those of others.
const OPEN_PER_HOST: u64 = 200;

/// How many objects of one report are looked at.
const OBJECTS_MAX: usize = 100;

/// What a `Flag` says.
pub(crate) struct Flag {
    /// Its id.
    pub uri: String,
    /// Who and what it is about.
    pub objects: Vec<String>,
    /// Why, as it came.
    pub comment: String,
}

/// `Flag`: about somebody here, or else it is nothing to us.
pub(crate) async fn flag(
    app: &App,
    tx: &Tx,
    from: &actor::Model,
    flag: Flag,
) -> Result<Outcome, Error> {
    let hash = UriHash::of(&flag.uri);
    let known = report::Entity::find().filter(report::Column::UriHash.eq(hash));
    if known.count(tx.conn()).await? > 0 {
        return Ok(Outcome::Ignored("we know it already"));
    }
    let hashes: BTreeSet<UriHash> =
        flag.objects.iter().take(OBJECTS_MAX).map(|object| UriHash::of(object)).collect();
    let posts = post::Entity::find()
        .filter(post::Column::UriHash.is_in(hashes.iter().cloned()))
        .filter(post::Column::State.eq(PostState::Published))
        .order_by_asc(post::Column::Id)
        .all(tx.conn())
        .await?;
    let named = actor::Entity::find()
        .filter(actor::Column::UriHash.is_in(hashes))
        .filter(actor::Column::DomainId.is_not_null())
        .one(tx.conn())
        .await?;
    // What anybody said in a group of ours is for its moderators.
    let in_group = posts.iter().find(|post| post.group_id.is_some());
    let author = posts.iter().find(|post| post.slug.is_some()).or(in_group);
    let Some(about) = named.map(|actor| actor.id).or(author.map(|post| post.actor_id)) else {
        return Ok(Outcome::Ignored("it reports nobody here"));
    };
    if open_of(tx, &from.host).await? >= OPEN_PER_HOST {
        return Ok(Outcome::Refused("too many reports of that server are open"));
    }
    let mut shown: Vec<PostId> = Vec::new();
    let mut groups: BTreeSet<Option<GroupId>> = BTreeSet::new();
    for post in posts.iter().filter(|post| post.actor_id == about).take(POSTS_MAX) {
        if may_see(tx, from, post).await? {
            shown.push(post.id);
            groups.insert(grouped::of_post(tx.conn(), post).await?.map(|place| place.row.id));
        }
    }
    // What is not all in one group is for those who run the community: nobody else may read the rest.
    let group = if groups.len() == 1 { groups.first().copied().flatten() } else { None };
    let row = Row {
        uri: flag.uri,
        reporter: None,
        host: Some(from.host.clone()),
        about,
        group,
        comment: plain(&flag.comment),
        forwarded: false,
    };
    write(app, tx, row, &shown).await?;
    Ok(Outcome::Applied)
}

async fn open_of(tx: &Tx, host: &str) -> Result<u64, Error> {
    // Names below one that was registered cost nothing (S-078).
    let site = uri::site(&format!("https://{host}/")).unwrap_or_else(|| host.to_owned());
    let below = report::Column::Host.ends_with(format!(".{site}"));
    Ok(report::Entity::find()
        .filter(Condition::any().add(report::Column::Host.eq(site)).add(below))
        .filter(report::Column::State.eq(ReportState::Open))
        .count(tx.conn())
        .await?)
}

/// Comments come as plain text from most and as HTML from some.
fn plain(comment: &str) -> String {
    let cut: String = comment.chars().take(COMMENT_MAX_CHARS * 2).collect();
    Html::sanitise(&cut).to_plain().chars().take(COMMENT_MAX_CHARS).collect()
}
