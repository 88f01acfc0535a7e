//! Deciding about peers.

use std::collections::{BTreeSet, HashSet};

use carefolk_domain::authorise::Act;
use carefolk_domain::{Invalid, Moment, PeerId, Span, Standing, uri};
use carefolk_store::dialect::{self, NewPeer, padded};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::Expr,
};

use super::Peers;
use crate::kernel::jobs::{self, Job};
use crate::kernel::ports::Software;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::{App, audit};

impl Peers<'_> {
    /// Decides that `host` is allowed by name.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`], [`Error::Invalid`] on `host`, [`Error::Conflict`] for ourselves.
    pub async fn allow(&self, caller: &Caller, host: &str) -> Result<(), Error> {
        self.decide(caller, host, Standing::Allowed).await
    }

    /// Decides that posts from `host` are seen by who follows them only.
    ///
    /// # Errors
    ///
    /// As [`Peers::allow`].
    pub async fn limit(&self, caller: &Caller, host: &str) -> Result<(), Error> {
        self.decide(caller, host, Standing::Limited).await
    }

    /// Decides that nothing comes from or goes to `host` and the hosts below it; what waits for
    /// it is cancelled.
    ///
    /// # Errors
    ///
    /// As [`Peers::allow`].
    pub async fn suspend(&self, caller: &Caller, host: &str) -> Result<(), Error> {
        self.decide(caller, host, Standing::Suspended).await
    }

    /// Writes down what a server says it runs.
    pub(crate) async fn note_software(
        &self,
        host: &str,
        software: Software,
    ) -> Result<bool, Error> {
        let tx = self.0.begin().await?;
        let noted = peer::Entity::update_many()
            .col_expr(peer::Column::Software, Expr::value(software.name))
            .col_expr(peer::Column::SoftwareVersion, Expr::value(software.version))
            .filter(peer::Column::Host.eq(host))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(noted.rows_affected > 0)
    }

    /// Notes which way of signing `host` took, for whatever we send it next.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn note_signature_profile(&self, host: &str, profile: &str) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        let unmet = NewPeer { id: PeerId(self.0.id()), host: host.to_owned() };
        dialect::ensure_peers(tx.store(), tx.now(), &[unmet]).await?;
        peer::Entity::update_many()
            .col_expr(peer::Column::SignatureProfile, Expr::value(profile))
            .filter(peer::Column::Host.eq(host))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }

    async fn decide(&self, caller: &Caller, host: &str, standing: Standing) -> Result<(), Error> {
        caller.may(Act::RunInstance)?;
        let host = clean_host(host)?;
        if host == self.0.settings().handle_host() {
            return Err(Error::Conflict("that is this server"));
        }
        let tx = self.0.begin().await?;
        let unmet = NewPeer { id: PeerId(self.0.id()), host: host.clone() };
        dialect::ensure_peers(tx.store(), tx.now(), &[unmet]).await?;
        peer::Entity::update_many()
            .col_expr(peer::Column::Standing, Expr::value(standing))
            .col_expr(peer::Column::UpdatedAt, Expr::value(tx.now()))
            .filter(peer::Column::Host.eq(&host))
            .exec(tx.conn())
            .await?;
        dialect::settle_standings(tx.store(), &host).await?;
        if standing == Standing::Suspended {
            cancel_waiting(tx.conn(), &host, tx.now()).await?;
        }
        let word = format!("{standing:?}").to_lowercase();
        audit::record(self.0, &tx, caller, "peer.decide", &host, &word).await?;
        tx.commit().await?;
        self.0.0.peers.forget();
        Ok(())
    }
}

/// A host in its one spelling: small letters, without the last full stop, in ASCII also where it is
/// given in other letters (S-073).
pub(super) fn clean_host(host: &str) -> Result<String, Error> {
    let mut host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_bare = !host.contains(['/', '\\', '@', '?', '#', '%']);
    if is_bare && let Some(ascii) = uri::host(&format!("https://{host}/")) {
        host = ascii;
    }
    carefolk_domain::Address::parse(&format!("x@{host}"))
        .map(|address| address.host)
        .map_err(|_source| Error::field("host", Invalid::Format))
}

async fn cancel_waiting(conn: &impl ConnectionTrait, host: &str, now: Moment) -> Result<(), Error> {
    let below = peer::Entity::find()
        .filter(
            Condition::any()
                .add(peer::Column::Host.eq(host))
                .add(peer::Column::Host.ends_with(format!(".{host}"))),
        )
        .all(conn)
        .await?;
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled))
        .col_expr(delivery::Column::EndedAt, Expr::value(now))
        .filter(delivery::Column::PeerId.is_in(below.into_iter().map(|p| p.id)))
        .filter(delivery::Column::State.eq(DeliveryState::Waiting))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes that `host` declares that it understands a way of signing (FEP-844e), to begin with. What
/// it took once counts for more than what it says.
pub(crate) async fn note_declared(tx: &Tx, host: &str, profile: &str) -> Result<(), Error> {
    peer::Entity::update_many()
        .col_expr(peer::Column::SignatureProfile, Expr::value(profile))
        .filter(peer::Column::Host.eq(host))
        .filter(peer::Column::SignatureProfile.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How exactly it is known when a peer was last heard: more is not worth a write.
const HEARD_EXACTLY: Span = Span::minutes(1);

/// Notes that `hosts` spoke to us, and makes due what waits for them because they did not answer (P7).
/// What one of them asked for, with `Retry-After`, holds all the same.
pub(crate) async fn heard_from(app: &App, tx: &Tx, hosts: &BTreeSet<String>) -> Result<(), Error> {
    let (conn, now) = (tx.conn(), tx.now());
    let mut known = speakers(conn, hosts.iter().cloned().collect()).await?;
    let met: HashSet<&String> = known.iter().map(|peer| &peer.host).collect();
    let unmet: Vec<NewPeer> = hosts
        .iter()
        .filter(|host| !met.contains(*host))
        .map(|host| NewPeer { id: PeerId(app.id()), host: host.clone() })
        .collect();
    if !unmet.is_empty() {
        dialect::ensure_peers(tx.store(), now, &unmet).await?;
        known.extend(speakers(conn, unmet.into_iter().map(|new| new.host).collect()).await?);
    }
    for peer in known.iter().filter(|peer| peer.last_heard_at.is_none()) {
        jobs::later(app, tx, &Job::LearnSoftware { host: peer.host.clone() }).await?;
    }
    // What speaks all the time is noted once a minute, and woken once a minute: one that talks and
    // takes nothing must not be knocked at with each of its words. What was written down while the clock
    // was ahead counts for nothing.
    let lately = now - HEARD_EXACTLY..=now + HEARD_EXACTLY;
    known.retain(|peer| peer.last_heard_at.is_none_or(|at| !lately.contains(&at)));
    if known.is_empty() {
        return Ok(());
    }
    let ids: Vec<PeerId> = known.iter().map(|peer| peer.id).collect();
    dialect::hold_peers(tx.store(), &ids).await?;
    let asleep: Vec<PeerId> =
        known.iter().filter(|peer| peer.backoff_until.is_some()).map(|peer| peer.id).collect();
    dialect::wake_deliveries(tx.store(), &asleep, now).await?;
    peer::Entity::update_many()
        .col_expr(peer::Column::LastHeardAt, Expr::value(now))
        .col_expr(peer::Column::BackoffUntil, Expr::value(Option::<Moment>::None))
        .filter(peer::Column::Id.is_in(padded(ids)))
        .exec(conn)
        .await?;
    Ok(())
}

/// What is known of a server that speaks to us.
#[derive(FromQueryResult)]
struct Speaker {
    id: PeerId,
    host: String,
    last_heard_at: Option<Moment>,
    backoff_until: Option<Moment>,
}

async fn speakers(conn: &impl ConnectionTrait, hosts: Vec<String>) -> Result<Vec<Speaker>, Error> {
    use peer::Column;
    Ok(peer::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Host, Column::LastHeardAt, Column::BackoffUntil])
        .filter(Column::Host.is_in(padded(hosts)))
        .into_model()
        .all(conn)
        .await?)
}
