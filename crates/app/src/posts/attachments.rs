//! What goes with posts from elsewhere. Pictures are copied when somebody wants to see them; the rest stays where
//! it is, and is shown as a link: nothing of another server is loaded by who reads here (S-129).

use std::collections::HashMap;

use carefolk_domain::{Html, Moment, PostId, UriHash};
use carefolk_store::dialect::insert_all;
use carefolk_store::entity::{attachment, post, remote_picture};
use carefolk_wire::read::{Attachment, Note};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::kernel::{error::Error, tx::Tx};

/// How many attachments of one post are kept: four times what Mastodon takes.
const KEPT_MAX: usize = 16;

/// The longest description, in characters: what Mastodon takes.
const NAME_MAX_CHARS: usize = 1_500;

/// What something that goes with a post is, in its most general.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A picture.
    Picture,
    /// A film.
    Film,
    /// A sound.
    Sound,
    /// A file.
    File,
    /// A page.
    Link,
}

/// Something that goes with a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentView {
    /// What it is.
    pub kind: AttachmentKind,
    /// Where it is: a web address, of any host.
    pub url: String,
    /// What it shows, in words.
    pub name: Option<String>,
    /// Its place among those of the post.
    pub position: i32,
    /// Pixels across and down, as its server says.
    pub size: Option<(u32, u32)>,
}

impl AttachmentView {
    pub(crate) fn of(row: attachment::Model) -> Self {
        let media = row.media_type.as_deref().unwrap_or_default();
        let kind = match media.split('/').next().unwrap_or_default() {
            "image" => AttachmentKind::Picture,
            "video" => AttachmentKind::Film,
            "audio" => AttachmentKind::Sound,
            _ => match row.kind.as_str() {
                "Image" => AttachmentKind::Picture,
                "Video" => AttachmentKind::Film,
                "Audio" => AttachmentKind::Sound,
                "Link" | "Page" => AttachmentKind::Link,
                _ => AttachmentKind::File,
            },
        };
        let pixels = |count: Option<i32>| u32::try_from(count?).ok().filter(|count| *count > 0);
        let size = pixels(row.width).zip(pixels(row.height));
        Self { kind, url: row.url, name: row.name, position: row.position, size }
    }
}

/// Writes what goes with a post, over what went with it before.
pub(super) async fn write(tx: &Tx, post: PostId, note: &Note) -> Result<(), Error> {
    erase(tx, post).await?;
    Ok(insert_all::<attachment::ActiveModel>(tx.store(), rows(post, note)).await?)
}

/// The rows of what goes with a post.
pub(super) fn rows(post_id: PostId, note: &Note) -> Vec<attachment::Model> {
    // What a post quotes is a link, too: whether it may quote that is not ours to show (S-060).
    let quoted = note.quote.clone().map(|url| Attachment {
        kind: "Link".to_owned(),
        url,
        media_type: None,
        name: None,
        width: None,
        height: None,
    });
    let kept = quoted.iter().chain(&note.attachments).take(KEPT_MAX);
    let rows = (0..).zip(kept).map(|(position, attachment)| attachment::Model {
        post_id,
        position,
        kind: attachment.kind.clone(),
        url: attachment.url.clone(),
        media_type: attachment.media_type.as_deref().map(|text| text.chars().take(100).collect()),
        name: attachment.name.as_deref().and_then(description),
        width: attachment.width.and_then(|count| i32::try_from(count).ok()),
        height: attachment.height.and_then(|count| i32::try_from(count).ok()),
    });
    rows.collect()
}

fn description(text: &str) -> Option<String> {
    let cut: String = text.chars().take(NAME_MAX_CHARS * 2).collect();
    let plain: String = Html::sanitise(&cut).to_plain().chars().take(NAME_MAX_CHARS).collect();
    Some(plain).filter(|plain| !plain.trim().is_empty())
}

/// Takes away what goes with a post, and copies of its pictures at the next sweep.
pub(super) async fn erase(tx: &Tx, post: PostId) -> Result<(), Error> {
    let theirs = attachment::Column::PostId.eq(post);
    let urls: Vec<String> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Url)
        .filter(theirs.clone())
        .into_tuple()
        .all(tx.conn())
        .await?;
    if urls.is_empty() {
        return Ok(());
    }
    let hashes = urls.iter().map(|url| UriHash::of(url));
    remote_picture::Entity::update_many()
        .col_expr(remote_picture::Column::UsedAt, Expr::value(Moment(0)))
        .filter(remote_picture::Column::UrlHash.is_in(hashes))
        .exec(tx.conn())
        .await?;
    attachment::Entity::delete_many().filter(theirs).exec(tx.conn()).await?;
    Ok(())
}

/// What goes with these posts.
pub(super) async fn of(
    conn: &impl ConnectionTrait,
    rows: &[post::Model],
) -> Result<HashMap<PostId, Vec<AttachmentView>>, Error> {
    let mut out: HashMap<PostId, Vec<AttachmentView>> = HashMap::new();
    // Posts of ours have none yet.
    let ids: Vec<PostId> = rows.iter().filter(|row| row.slug.is_none()).map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(out);
    }
    let found = attachment::Entity::find()
        .filter(attachment::Column::PostId.is_in(ids))
        .order_by_asc(attachment::Column::Position)
        .all(conn)
        .await?;
    for row in found {
        out.entry(row.post_id).or_default().push(AttachmentView::of(row));
    }
    Ok(out)
}
