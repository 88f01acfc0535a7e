//! Whom posts from elsewhere are addressed to, whom they name, and their hashtags.

use std::collections::{BTreeMap, BTreeSet};

use carefolk_domain::post::MENTIONS_MAX;
use carefolk_domain::text::fold_hashtag;
use carefolk_domain::{PostId, UriHash};
use carefolk_store::dialect::insert_all;
use carefolk_store::entity::{addressed, mention};
use carefolk_wire::read::{Note, Tag};

use super::receive::Heard;
use super::text;
use crate::App;
use crate::kernel::{error::Error, tx::Tx};

/// How many hashtags of one remote post count.
const HASHTAGS_MAX: usize = 30;

/// Writes whom posts are addressed to, whom they name, and their hashtags.
pub(super) async fn attach(
    app: &App,
    tx: &Tx,
    posts: &[(PostId, &Note, &Heard)],
) -> Result<(), Error> {
    let mut mentions: Vec<mention::Model> = Vec::new();
    let mut addressees: Vec<addressed::Model> = Vec::new();
    let mut tags: Vec<(PostId, BTreeSet<String>)> = Vec::new();
    for (post_id, note, heard) in posts {
        mentions.extend(mentions_of(*post_id, note, heard));
        tags.push((*post_id, hashtags_of(note)));
        let post_id = *post_id;
        addressees.extend(
            heard.locals.iter().map(|local| addressed::Model { post_id, actor_id: local.id }),
        );
    }
    insert_all::<mention::ActiveModel>(tx.store(), mentions).await?;
    insert_all::<addressed::ActiveModel>(tx.store(), addressees).await?;
    text::attach_hashtags(app, tx, &tags).await
}

fn mentions_of(post_id: PostId, note: &Note, heard: &Heard) -> Vec<mention::Model> {
    let mut named = BTreeMap::new();
    for tag in &note.tags {
        if let Tag::Mention { href, name } = tag
            && named.len() < MENTIONS_MAX
        {
            named.entry(href).or_insert(name);
        }
    }
    let local = |href: &String| heard.locals.iter().find(|actor| actor.uri == *href);
    let rows = named.into_iter().map(|(href, name)| mention::Model {
        post_id,
        href: href.clone(),
        href_hash: UriHash::of(href),
        name: name.chars().take(200).collect(),
        actor_id: local(href).map(|actor| actor.id),
    });
    rows.collect()
}

fn hashtags_of(note: &Note) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    for tag in &note.tags {
        if let Tag::Hashtag { name, .. } = tag
            && tags.len() < HASHTAGS_MAX
        {
            let name = fold_hashtag(name.trim_start_matches('#'));
            if !name.is_empty() && name.chars().count() <= 100 {
                tags.insert(name);
            }
        }
    }
    tags
}
