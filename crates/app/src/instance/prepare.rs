//! What every database needs before it serves.

use carefolk_domain::{ActorKind, DomainId, Handle, Html, UriHash};
use carefolk_store::entity::{
    actor, actor_key, domain, follow, mention, post, rendition, revision,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
    sea_query::Expr,
};

use super::{INSTANCE_HANDLE, Instance};
use crate::actors::local::{self, NewActor};
use crate::kernel::settings::UNSET_BASE;
use crate::kernel::{error::Error, tx::Tx};

impl Instance<'_> {
    /// Makes the domain and the instance actor if there are none; freezes `instance.url`.
    pub(crate) async fn prepare(&self) -> Result<(), Error> {
        let existing =
            domain::Entity::find().order_by_asc(domain::Column::Id).one(self.0.read()).await?;
        let Some(existing) = existing else { return self.found().await };
        let wanted = self.0.settings().uri_base();
        if existing.base_url == wanted || wanted == UNSET_BASE {
            if wanted == UNSET_BASE && existing.base_url != UNSET_BASE {
                return Err(Error::Conflict("instance.url is no longer set"));
            }
            return Ok(());
        }
        if existing.base_url == UNSET_BASE {
            return self.freeze(existing).await;
        }
        Err(Error::Conflict("instance.url differs from the one this database was made with"))
    }

    /// The `instance.url` that is frozen into this database, if any.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn frozen_url(&self) -> Result<Option<String>, Error> {
        let row =
            domain::Entity::find().order_by_asc(domain::Column::Id).one(self.0.read()).await?;
        Ok(row.map(|row| row.base_url).filter(|url| url != UNSET_BASE))
    }

    async fn found(&self) -> Result<(), Error> {
        let keys = local::mint_keys(self.0).await?;
        let handle = Handle::parse(INSTANCE_HANDLE)
            .map_err(|_never| Error::Bug("the instance's own handle"))?;
        let tx = self.0.begin().await?;
        domain::ActiveModel {
            id: Set(DomainId(self.0.id())),
            base_url: Set(self.0.settings().uri_base().to_owned()),
            handle_host: Set(self.0.settings().handle_host()),
            created_at: Set(tx.now()),
        }
        .insert(tx.conn())
        .await?;
        let actor = NewActor {
            kind: ActorKind::Application,
            handle: &handle,
            name: &self.0.settings().instance_name,
            summary: "",
        };
        local::insert(self.0, &tx, actor, keys).await?;
        tx.commit().await
    }

    /// Nothing has left this server yet, so every address of ours can still be rewritten.
    async fn freeze(&self, row: domain::Model) -> Result<(), Error> {
        let base = self.0.settings().uri_base().to_owned();
        let host = self.0.settings().handle_host();
        let tx = self.0.begin().await?;
        rewrite_actors(&tx, &base, &host).await?;
        rewrite_posts(&tx, &base).await?;
        rewrite_names(&tx, &base).await?;
        let mut row = row.into_active_model();
        row.base_url = Set(base);
        row.handle_host = Set(host);
        row.update(tx.conn()).await?;
        tx.commit().await
    }
}

fn moved(uri: &str, base: &str) -> String {
    uri.strip_prefix(UNSET_BASE).map_or_else(|| uri.to_owned(), |rest| format!("{base}{rest}"))
}

async fn rewrite_actors(tx: &Tx, base: &str, host: &str) -> Result<(), Error> {
    for row in actor::Entity::find().all(tx.conn()).await? {
        if !row.uri.starts_with(UNSET_BASE) {
            continue;
        }
        let again = |uri: &Option<String>| uri.as_deref().map(|uri| moved(uri, base));
        let uri = moved(&row.uri, base);
        let changed = actor::ActiveModel {
            id: Set(row.id),
            uri_hash: Set(UriHash::of(&uri)),
            uri: Set(uri),
            host: Set(host.to_owned()),
            url: Set(moved(&row.url, base)),
            inbox: Set(moved(&row.inbox, base)),
            shared_inbox: Set(again(&row.shared_inbox)),
            outbox: Set(again(&row.outbox)),
            followers_uri: Set(again(&row.followers_uri)),
            following_uri: Set(again(&row.following_uri)),
            featured_uri: Set(again(&row.featured_uri)),
            summary_html: Set(Html::sanitise(&row.summary_html.as_str().replace(UNSET_BASE, base))),
            summary_source: Set(row.summary_source.map(|text| text.replace(UNSET_BASE, base))),
            ..Default::default()
        };
        changed.update(tx.conn()).await?;
    }
    for row in actor_key::Entity::find().all(tx.conn()).await? {
        let uri = moved(&row.key_uri, base);
        let mut key = row.into_active_model();
        key.key_uri_hash = Set(UriHash::of(&uri));
        key.key_uri = Set(uri);
        key.update(tx.conn()).await?;
    }
    Ok(())
}

async fn rewrite_posts(tx: &Tx, base: &str) -> Result<(), Error> {
    for row in post::Entity::find().all(tx.conn()).await? {
        let parent = row.in_reply_to_uri.as_deref().map(|uri| moved(uri, base));
        let uri = moved(&row.uri, base);
        let changed = post::ActiveModel {
            id: Set(row.id),
            uri_hash: Set(UriHash::of(&uri)),
            uri: Set(uri),
            url: Set(moved(&row.url, base)),
            in_reply_to_hash: Set(parent.as_deref().map(UriHash::of)),
            in_reply_to_uri: Set(parent),
            context_uri: Set(row.context_uri.as_deref().map(|uri| moved(uri, base))),
            ..Default::default()
        };
        changed.update(tx.conn()).await?;
    }
    Ok(())
}

/// Whom posts name, and the ids of follows between people here.
async fn rewrite_names(tx: &Tx, base: &str) -> Result<(), Error> {
    for row in mention::Entity::find().all(tx.conn()).await? {
        let href = moved(&row.href, base);
        if href == row.href {
            continue;
        }
        let hash = UriHash::of(&href);
        mention::Entity::update_many()
            .col_expr(mention::Column::Href, Expr::value(href))
            .col_expr(mention::Column::HrefHash, Expr::value(hash))
            .filter(mention::Column::PostId.eq(row.post_id))
            .filter(mention::Column::HrefHash.eq(row.href_hash))
            .exec(tx.conn())
            .await?;
    }
    for row in follow::Entity::find().all(tx.conn()).await? {
        let uri = moved(&row.activity_uri, base);
        let mut changed = row.into_active_model();
        changed.activity_hash = Set(UriHash::of(&uri));
        changed.activity_uri = Set(uri);
        changed.update(tx.conn()).await?;
    }
    for row in revision::Entity::find().all(tx.conn()).await? {
        let html = Html::sanitise(&row.html.as_str().replace(UNSET_BASE, base));
        revision::Entity::update_many()
            .col_expr(revision::Column::Html, Expr::value(html))
            .filter(revision::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await?;
    }
    for row in rendition::Entity::find().all(tx.conn()).await? {
        let html = Html::sanitise(&row.html.as_str().replace(UNSET_BASE, base));
        rendition::Entity::update_many()
            .col_expr(rendition::Column::Html, Expr::value(html))
            .filter(rendition::Column::PostId.eq(row.post_id))
            .filter(rendition::Column::Kind.eq(row.kind))
            .filter(rendition::Column::Lang.eq(row.lang))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
