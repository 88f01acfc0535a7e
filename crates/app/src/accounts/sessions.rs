//! Signing in and out.

use carefolk_domain::{AccountId, AccountState, Denial, Lang, Moment, SessionId, Span};
use carefolk_store::dialect;
use carefolk_store::entity::{account, actor, session, sign_in_try};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set, sea_query::Expr};
use sha2::{Digest, Sha256};

use super::commands::EMAIL_MAX_CHARS;
use super::{Accounts, passwords};
use crate::actors::queries as actors;
use crate::kernel::caller::{Caller, Member};
use crate::kernel::{error::Error, opaque};

/// How long a session lasts without being used.
const SESSION_IDLE: Span = Span::days(30);

/// How often `last_seen_at` is written for somebody who is here all day.
const SEEN_EVERY: Span = Span::minutes(10);

/// How many failed sign-ins one name may have in [`SIGN_IN_WINDOW`].
const SIGN_IN_TRIES: i64 = 10;

/// See [`SIGN_IN_TRIES`].
pub(crate) const SIGN_IN_WINDOW: Span = Span::minutes(15);

/// The longest `User-Agent` that is kept.
const USER_AGENT_MAX_CHARS: usize = 200;

/// A secret for a cookie; only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(pub String);

impl SessionToken {
    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// Whether so many tries since then are not too many.
fn may_try(since: Moment, tries: i64, now: Moment) -> Result<(), Error> {
    let left = SIGN_IN_WINDOW - (now - since);
    if tries > SIGN_IN_TRIES && left > Span::ZERO {
        return Err(Error::Throttled { retry_after: left });
    }
    Ok(())
}

impl Accounts<'_> {
    /// Signs somebody in by local name or e-mail address. A new token each time (S-135).
    ///
    /// # Errors
    ///
    /// [`Denial::Credentials`] whatever was wrong, [`Denial::Suspended`] only for who knows the
    /// password, [`Error::Throttled`] after ten failures in a quarter of an hour.
    pub async fn sign_in(
        &self,
        name_or_email: &str,
        password: &str,
        user_agent: &str,
    ) -> Result<SessionToken, Error> {
        let name = canonical(name_or_email);
        let found = self.find_for_sign_in(&name).await?;
        let who = found.as_ref().map_or(name, |account| format!("account {}", account.id));
        let who = Sha256::digest(who.as_bytes()).to_vec();
        // Before it is counted: so what strangers can make us write is bounded by what is checked.
        let place = passwords::place(self.0)?;
        self.count_try(&who).await?;
        let stored = found.as_ref().and_then(|account| account.password_hash.clone());
        let good = passwords::verify(self.0, place, password.to_owned(), stored).await?;
        let account = match found {
            Some(account) if good => account,
            _ => return Err(Denial::Credentials.into()),
        };
        self.forget_tries(who).await?;
        if !account.state.may_sign_in() {
            return Err(Denial::Suspended.into());
        }
        self.open_session(&account, user_agent).await
    }

    /// Counts a try before it is made, by account, or by name where there is none (S-141): many at
    /// once are counted, whichever processes they come to.
    async fn count_try(&self, who: &[u8]) -> Result<(), Error> {
        // Whoever has to wait already is told so without a word written: else who guesses on and on
        // keeps the pen from others.
        let known = sign_in_try::Entity::find_by_id(who.to_vec()).one(self.0.read()).await?;
        if let Some(known) = known {
            may_try(known.since, known.tries, self.0.now())?;
        }
        let tx = self.0.begin().await?;
        let now = tx.now();
        let (since, tries) =
            dialect::count_sign_in(tx.store(), who, now, now - SIGN_IN_WINDOW).await?;
        tx.commit().await?;
        may_try(since, tries, now)
    }

    /// Forgets the tries of who has shown who they are.
    async fn forget_tries(&self, who: Vec<u8>) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        sign_in_try::Entity::delete_by_id(who).exec(tx.conn()).await?;
        tx.commit().await
    }

    async fn find_for_sign_in(&self, name: &str) -> Result<Option<account::Model>, Error> {
        if name.contains('@') {
            return Ok(account::Entity::find()
                .filter(account::Column::EmailFolded.eq(name))
                .one(self.0.read())
                .await?);
        }
        let Some(actor) = crate::actors::queries::by_handle(self.0.read(), name).await? else {
            return Ok(None);
        };
        Ok(account::Entity::find()
            .filter(account::Column::ActorId.eq(actor.id))
            .one(self.0.read())
            .await?)
    }

    /// Opens a session for an account that has shown who it is.
    pub(crate) async fn open_session(
        &self,
        account: &account::Model,
        user_agent: &str,
    ) -> Result<SessionToken, Error> {
        let token = SessionToken(opaque::token(self.0.chance()));
        let tx = self.0.begin().await?;
        session::ActiveModel {
            id: Set(SessionId(self.0.id())),
            account_id: Set(account.id),
            token_hash: Set(token.hash()),
            created_at: Set(tx.now()),
            last_seen_at: Set(tx.now()),
            expires_at: Set(tx.now() + SESSION_IDLE),
            user_agent: Set(user_agent.chars().take(USER_AGENT_MAX_CHARS).collect()),
        }
        .insert(tx.conn())
        .await?;
        crate::homes::rebuild_home_if_stale(self.0, &tx, account).await?;
        account::Entity::update_many()
            .col_expr(account::Column::LastSeenAt, Expr::value(tx.now()))
            .filter(account::Column::Id.eq(account.id))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends a session; ending one that is not there is no error.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn sign_out(&self, token: &SessionToken) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        session::Entity::delete_many()
            .filter(session::Column::TokenHash.eq(token.hash()))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }

    /// Who is signed in with `token`, if anybody.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn session(&self, token: &SessionToken) -> Result<Option<Member>, Error> {
        let now = self.0.now();
        let found = session::Entity::find()
            .filter(session::Column::TokenHash.eq(token.hash()))
            .filter(session::Column::ExpiresAt.gt(now))
            .one(self.0.read())
            .await?;
        let Some(session) = found else { return Ok(None) };
        let account = account::Entity::find_by_id(session.account_id).one(self.0.read()).await?;
        let Some(account) = account.filter(|a| a.state.may_sign_in()) else {
            return Ok(None);
        };
        let Some(actor) = actor::Entity::find_by_id(account.actor_id).one(self.0.read()).await?
        else {
            return Ok(None);
        };
        if now - session.last_seen_at > SEEN_EVERY {
            self.touch(&session, now).await?;
        }
        Ok(Some(member(account, actor)))
    }

    async fn touch(&self, session: &session::Model, now: Moment) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, Expr::value(now))
            .col_expr(session::Column::ExpiresAt, Expr::value(now + SESSION_IDLE))
            .filter(session::Column::Id.eq(session.id))
            .exec(tx.conn())
            .await?;
        account::Entity::update_many()
            .col_expr(account::Column::LastSeenAt, Expr::value(now))
            .filter(account::Column::Id.eq(session.account_id))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }

    /// The person with that local name as somebody who asks: an operator who speaks in somebody's name sees
    /// what they see, and nothing else (who keeps the machine running has the database anyway).
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller is an operator; [`Error::NotFound`].
    pub async fn seen_as(&self, caller: &Caller, handle: &str) -> Result<Caller, Error> {
        if !matches!(caller, Caller::Operator(_)) {
            return Err(Denial::Role.into());
        }
        let actor = actors::by_handle(self.0.read(), handle).await?;
        let actor = actor.ok_or(Error::NotFound("account"))?;
        let found = self.behind(actor).await?;
        Ok(Caller::Member(found.ok_or(Error::NotFound("account"))?))
    }

    /// Who signs in with that account, if it is in use.
    pub(crate) async fn caller_of(&self, id: AccountId) -> Result<Caller, Error> {
        let found = account::Entity::find_by_id(id).one(self.0.read()).await?;
        let found = found.filter(|account| account.state == AccountState::Active);
        let account = found.ok_or(Denial::Suspended)?;
        let actor = actors::by_id(self.0.read(), account.actor_id).await?;
        Ok(Caller::Member(member(account, actor)))
    }

    /// The member whose own actor that is; nobody for a provider.
    pub(crate) async fn behind(&self, actor: actor::Model) -> Result<Option<Member>, Error> {
        let account = account::Entity::find().filter(account::Column::ActorId.eq(actor.id));
        Ok(account.one(self.0.read()).await?.map(|account| member(account, actor)))
    }

    /// Who looks for something that `voice` is to do something with: an operator sees what the person sees in whose
    /// name they act.
    pub(crate) async fn viewer(
        &self,
        caller: &Caller,
        voice: &actor::Model,
    ) -> Result<Caller, Error> {
        if !matches!(caller, Caller::Operator(_)) {
            return Ok(caller.clone());
        }
        let behind = self.behind(voice.clone()).await?;
        Ok(behind.map_or_else(|| caller.clone(), Caller::Member))
    }

    /// Remembers the language a member chose.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn set_locale(&self, member: &Member, locale: &Lang) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        account::Entity::update_many()
            .col_expr(account::Column::Locale, Expr::value(locale.as_str()))
            .filter(account::Column::Id.eq(member.account))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }
}

/// One spelling for all of one name or address, and not longer than one can be.
fn canonical(name_or_email: &str) -> String {
    let name = name_or_email.trim().trim_start_matches('@').trim().to_lowercase();
    let end = name.floor_char_boundary(EMAIL_MAX_CHARS);
    name.get(..end).unwrap_or_default().to_owned()
}

fn member(account: account::Model, actor: actor::Model) -> Member {
    Member {
        account: account.id,
        actor: actor.id,
        role: account.role,
        name: if actor.name.is_empty() { actor.handle.clone() } else { actor.name },
        handle: actor.handle,
        locale: account.locale,
    }
}
