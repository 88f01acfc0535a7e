//! Looking up actors elsewhere: the handle, the actor's document, and the way back.

use carefolk_domain::{Address, Denial, Invalid, Span, uri};
use carefolk_store::StoreError;
use carefolk_store::entity::actor;
use carefolk_wire::read;

use super::remote::{self, Described};
use super::{ActorView, Actors, KnownKey, handles, queries};
use crate::kernel::ports::{Fingered, PortError};
use crate::kernel::{caller::Caller, error::Error};

/// How long a handle is taken to be whose it was, when somebody is followed by it.
const HANDLE_HOLDS_FOR: Span = Span::days(1);

impl Actors<'_> {
    /// How ids are read: strictly, or as laboratories need it.
    pub(crate) fn network(&self) -> read::Network {
        if self.0.settings().lab { read::Network::Lab } else { read::Network::Public }
    }

    /// What WebFinger says about an address elsewhere, for the Follow box.
    ///
    /// # Errors
    ///
    /// [`Error::Upstream`] if its server does not know it or does not answer.
    pub async fn finger(&self, address: &Address) -> Result<Fingered, Error> {
        if !self.0.peers().is_open_to(&address.host).await? {
            return Err(Denial::Peer.into());
        }
        Ok(self.0.remote().finger(address).await?)
    }

    /// The remote actor behind an address, if we know it.
    pub(crate) async fn known(&self, address: &Address) -> Result<Option<actor::Model>, Error> {
        let rows = handles::all(self.0.read(), address).await?;
        Ok(rows.into_iter().find(queries::is_shown))
    }

    /// The same, or the local actor if the address is one of ours.
    pub(crate) async fn known_or_local(
        &self,
        address: &Address,
    ) -> Result<Option<actor::Model>, Error> {
        if address.host == self.0.settings().handle_host() {
            let row = queries::by_handle(self.0.read(), &address.name).await?;
            return Ok(row.filter(queries::is_shown));
        }
        self.known(address).await
    }

    /// The actor behind an address, known or not.
    pub(crate) async fn find_or_look_up(&self, address: &Address) -> Result<actor::Model, Error> {
        if address.host == self.0.settings().handle_host() {
            let row = queries::by_handle(self.0.read(), &address.name).await?;
            return row
                .filter(queries::is_shown)
                .ok_or_else(|| Error::field("address", Invalid::Unknown));
        }
        if !self.0.settings().federates() || !self.0.peers().is_open_to(&address.host).await? {
            return Err(Denial::Peer.into());
        }
        match self.known(address).await? {
            Some(row) => Ok(row),
            None => self.look_up(address).await,
        }
    }

    /// The same for something that lasts. Who is known by that name may have another one now, and
    /// somebody else this one: after a while their server is asked again. While it does not answer,
    /// what we know is good enough.
    pub(crate) async fn find_confirmed(&self, address: &Address) -> Result<actor::Model, Error> {
        let row = self.find_or_look_up(address).await?;
        let is_fresh = row.fetched_at.is_none_or(|at| self.0.now() - at < HANDLE_HOLDS_FOR);
        if row.domain_id.is_some() || is_fresh {
            return Ok(row);
        }
        match self.look_up(address).await {
            Ok(now) if queries::is_shown(&now) => Ok(now),
            Err(error @ (Error::Store(_) | Error::Busy | Error::Bug(_))) => Err(error),
            Ok(_) | Err(_) => Ok(row),
        }
    }

    /// Asks the server of an address who that is, and stores the answer.
    pub(crate) async fn look_up(&self, address: &Address) -> Result<actor::Model, Error> {
        if !self.0.peers().is_open_to(&address.host).await? {
            return Err(Denial::Peer.into());
        }
        let fingered = self.0.remote().finger(address).await?;
        let row = self.fetch(&fingered.actor).await?;
        if row.handle.to_lowercase() != fingered.subject.name.to_lowercase() {
            return Err(PortError::Invalid("the actor has another name than its address").into());
        }
        Ok(row)
    }

    /// Fetches what an actor says about itself from its own id.
    pub(crate) async fn describe_anew(&self, id: &str) -> Result<Described, Error> {
        let host = uri::host(id).ok_or(PortError::Invalid("an actor's id has no host"))?;
        if !self.0.peers().is_open_to(&host).await? {
            return Err(Denial::Peer.into());
        }
        let fetched = self.0.remote().fetch(id).await?;
        Ok(self.described(&fetched.body, &fetched.url)?)
    }

    /// Fetches an actor from its own id and stores it.
    pub(crate) async fn fetch(&self, id: &str) -> Result<actor::Model, Error> {
        let described = self.describe_anew(id).await?;
        self.store(&described).await
    }

    /// Writes what an actor says about itself. On PostgreSQL two processes may meet the same
    /// stranger at once: who comes second finds the row of the first.
    async fn store(&self, described: &Described) -> Result<actor::Model, Error> {
        match self.store_once(described).await {
            Err(Error::Store(StoreError::Conflict)) => self.store_once(described).await,
            other => other,
        }
    }

    async fn store_once(&self, described: &Described) -> Result<actor::Model, Error> {
        let tx = self.0.begin().await?;
        let row = remote::upsert(self.0, &tx, described).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Reads a fetched document as an actor that lives where it was found.
    fn described(&self, body: &[u8], url: &str) -> Result<Described, PortError> {
        let document =
            read::parse(body).map_err(|_bad| PortError::Invalid("the document is not JSON"))?;
        let actor = read::Actor::read(&document, self.network())
            .map_err(|_bad| PortError::Invalid("the document is not an actor"))?;
        let found = read::canonical_id_in(url, self.network())
            .map_err(|_bad| PortError::Invalid("the document's address"))?;
        if actor.id != found {
            return Err(PortError::Invalid("the document has another id than its address"));
        }
        remote::describe(actor)
    }

    /// Stores an actor document that `federation` fetched from `url`, and says which keys it has.
    ///
    /// # Errors
    ///
    /// [`Error::Upstream`] with [`PortError::Invalid`] if the document does not speak for itself.
    pub async fn learn(&self, body: &[u8], url: &str) -> Result<Vec<KnownKey>, Error> {
        let described = self.described(body, url)?;
        if !self.0.peers().is_open_to(&described.host).await? {
            return Err(Denial::Peer.into());
        }
        let row = self.store(&described).await?;
        self.keys_of(&row).await
    }

    /// The actor of a page address `name@host`, looked up if need be, for who is signed in.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for visitors, whose look-ups would make us fetch for anybody.
    pub async fn look_up_for(
        &self,
        caller: &Caller,
        address: &Address,
    ) -> Result<ActorView, Error> {
        if matches!(caller, Caller::Visitor) {
            return Err(Denial::NotSignedIn.into());
        }
        Ok(queries::view(self.find_or_look_up(address).await?))
    }

    /// The actor that somebody was sent here to follow, by its id or its address.
    ///
    /// # Errors
    ///
    /// As [`Actors::look_up_for`]; [`Error::Invalid`] on `uri` if it is neither.
    pub async fn look_up_uri_for(&self, caller: &Caller, uri: &str) -> Result<ActorView, Error> {
        if let Ok(address) = Address::parse(uri) {
            return self.look_up_for(caller, &address).await;
        }
        if matches!(caller, Caller::Visitor) {
            return Err(Denial::NotSignedIn.into());
        }
        let id = read::canonical_id_in(uri, self.network())
            .map_err(|_neither| Error::field("uri", Invalid::Format))?;
        if let Some(known) = queries::by_uri(self.0.read(), &id).await?.filter(queries::is_shown) {
            return Ok(queries::view(known));
        }
        if !self.0.settings().federates() {
            return Err(Denial::Peer.into());
        }
        Ok(queries::view(self.fetch(&id).await?))
    }
}
