//! Quotes of our posts: asked for, allowed by policy, and shown to be allowed (FEP-044f).
//!
//! Invariant: a quote of what only some may read is never allowed (S-060).

use carefolk_domain::{PostState, StampId, UriHash, uri};
use carefolk_store::entity::{actor, post, quote_stamp};
use carefolk_wire::write::{Activity, QuoteAuthorization};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};

use super::visible::visible_to;
use super::{Posts, policy, queries};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, outcome::Outcome, tx::Tx};
use crate::outbox::{self, Recipients, Saying};
use crate::{App, blocked};

/// How often one actor may quote one post.
const QUOTES_OF_ONE_MAX: u64 = 20;

/// A wish to quote.
pub(crate) struct Asked {
    /// The id of the `QuoteRequest`.
    pub uri: String,
    /// The post to be quoted.
    pub object: String,
    /// The post that quotes.
    pub instrument: String,
}

/// `QuoteRequest`: answered at once, by the policy of the post.
pub(crate) async fn asked(
    app: &App,
    tx: &Tx,
    from: &actor::Model,
    asked: Asked,
) -> Result<Outcome, Error> {
    if !uri::same_origin(&asked.instrument, &from.uri) {
        return Ok(Outcome::Refused("it asks for somebody else's post"));
    }
    let found = queries::by_uri(tx.conn(), &asked.object).await?;
    let row = found.filter(|row| row.slug.is_some() && row.state == PostState::Published);
    // Whether a post is there that is not for them is told to nobody (S-044).
    let Some(row) = row.filter(|row| row.audience.is_open()) else {
        return Ok(Outcome::Ignored("it would quote nothing here"));
    };
    let author = actors::by_id(tx.conn(), row.actor_id).await?;
    let allowed = policy::may_quote(tx.conn(), &row, from).await?
        && !blocked::is_blocked(tx.conn(), row.actor_id, from.id).await?
        && may_quote_again(tx, &row, from, &asked.instrument).await?;
    let slug = app.slug();
    let id = outbox::activity_uri(app, &slug);
    let request = carefolk_wire::write::QuoteRequest {
        id: asked.uri,
        actor: from.uri.clone(),
        object: row.uri.clone(),
        instrument: asked.instrument.clone(),
    };
    let (kind, activity) = if allowed {
        let stamp = stamp(app, tx, &row, from, &asked.instrument).await?;
        (
            "Accept",
            Activity::accept_quote(id.clone(), author.uri.clone(), request, address(app, &stamp)),
        )
    } else {
        ("Reject", Activity::reject_quote(id.clone(), author.uri.clone(), request))
    };
    let order = outbox::order_between(from.id.0, row.id.0);
    let direct = Saying::direct(author.id, kind, order, slug, &activity);
    let saying = Saying { post: Some(row.id), ..direct };
    let to = Recipients::one(from);
    outbox::say(app, tx, saying, to).await?;
    Ok(if allowed {
        Outcome::Applied
    } else {
        Outcome::Refused("its author is not quoted by them")
    })
}

/// Whether there is room for one more quote of a post by the same actor: what quotes it is never read,
/// so that they could have made it up.
async fn may_quote_again(
    tx: &Tx,
    row: &post::Model,
    from: &actor::Model,
    quoting: &str,
) -> Result<bool, Error> {
    let theirs = quote_stamp::Entity::find()
        .filter(quote_stamp::Column::PostId.eq(row.id))
        .filter(quote_stamp::Column::ActorId.eq(from.id))
        .filter(quote_stamp::Column::QuotingHash.ne(UriHash::of(quoting)));
    Ok(theirs.count(tx.conn()).await? < QUOTES_OF_ONE_MAX)
}

/// The stamp of that quote, one for however often it is asked for.
async fn stamp(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    from: &actor::Model,
    quoting: &str,
) -> Result<quote_stamp::Model, Error> {
    let hash = UriHash::of(quoting);
    let known = quote_stamp::Entity::find()
        .filter(quote_stamp::Column::QuotingHash.eq(hash.clone()))
        .filter(quote_stamp::Column::PostId.eq(row.id))
        .one(tx.conn())
        .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    let made = quote_stamp::Model {
        id: StampId(app.id()),
        slug: app.slug(),
        post_id: row.id,
        actor_id: from.id,
        quoting_uri: quoting.to_owned(),
        quoting_hash: hash,
        created_at: tx.now(),
    };
    Ok(made.into_active_model().reset_all().insert(tx.conn()).await?)
}

fn address(app: &App, stamp: &quote_stamp::Model) -> String {
    format!("{}/ap/quote/{}", app.settings().uri_base(), stamp.slug)
}

impl Posts<'_> {
    /// What shows that a quote was allowed, while what is quoted is for anybody and its author does not
    /// block who quotes.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn quote_document(&self, slug: &str) -> Result<String, Error> {
        let conn = self.0.read();
        let found = quote_stamp::Entity::find().filter(quote_stamp::Column::Slug.eq(slug));
        let stamp = found.one(conn).await?.ok_or(Error::NotFound("quote"))?;
        let row = post::Entity::find_by_id(stamp.post_id).filter(visible_to(&Caller::Visitor));
        let row = row.one(conn).await?.ok_or(Error::NotFound("quote"))?;
        if blocked::is_blocked(conn, row.actor_id, stamp.actor_id).await? {
            return Err(Error::NotFound("quote"));
        }
        let author = actors::by_id(conn, row.actor_id).await?;
        let document = QuoteAuthorization::new(
            address(self.0, &stamp),
            author.uri,
            stamp.quoting_uri,
            row.uri,
        );
        Ok(document.to_json())
    }
}
