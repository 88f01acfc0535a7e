//! The documents behind the addresses of local actors, WebFinger and NodeInfo.

use carefolk_domain::{ActorKind, Handle, PostingRule};
use carefolk_store::entity::actor_key::{self, KeyAlgorithm};
use carefolk_store::entity::{actor, domain, group, picture};
use carefolk_wire::webfinger::{Jrd, Link};
use carefolk_wire::write::{
    Actor, Capability, Endpoints, Generator, Icon, Multikey, OrderedCollection, PublicKey,
    Tombstone,
};
use carefolk_wire::{ActorKind as WireKind, nodeinfo};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Actors, queries};
use crate::instance::INSTANCE_HANDLE;
use crate::kernel::error::Error;
use carefolk_domain::UriHash;

/// The name this software has in NodeInfo; never changes (docs/federation/peers.md).
const SOFTWARE: &str = "carefolk";

/// The keys of a local actor, as its document has them.
async fn keys_of(
    conn: &impl ConnectionTrait,
    row: &actor::Model,
) -> Result<(PublicKey, Option<Multikey>), Error> {
    let keys = actor_key::Entity::find()
        .filter(actor_key::Column::ActorId.eq(row.id))
        .filter(actor_key::Column::RetiredAt.is_null())
        .order_by_asc(actor_key::Column::Id)
        .all(conn)
        .await?;
    let key = |algorithm| keys.iter().find(|key| key.algorithm == algorithm);
    let rsa = key(KeyAlgorithm::Rsa).ok_or(Error::Bug("a local actor has no key"))?;
    let public_key = PublicKey {
        id: rsa.key_uri.clone(),
        owner: row.uri.clone(),
        public_key_pem: rsa.public_key.clone(),
    };
    let multikey = key(KeyAlgorithm::Ed25519).map(|key| {
        let mut multikey = Multikey::ed25519(&row.uri, key.public_key.clone());
        multikey.id.clone_from(&key.key_uri);
        multikey
    });
    Ok((public_key, multikey))
}

/// The picture of a local actor, as its document has it.
async fn icon_of(
    conn: &impl ConnectionTrait,
    base: &str,
    row: &actor::Model,
) -> Result<Option<Icon>, Error> {
    let Some(key) = &row.portrait_key else { return Ok(None) };
    let found = picture::Entity::find().filter(picture::Column::Key.eq(key.as_str()));
    let Some(picture) = found.one(conn).await? else { return Ok(None) };
    let url = format!("{base}/media/{key}/small");
    Ok(Some(Icon::new(picture.small_type.name(), url, picture.description)))
}

/// Where the moderators of a group of ours are listed.
pub(crate) fn moderators_of(group: &actor::Model) -> String {
    format!("{}/moderators", group.uri)
}

impl Actors<'_> {
    /// The local actor whose address ends in `slug`.
    pub(crate) async fn by_slug(&self, slug: &str) -> Result<actor::Model, Error> {
        let uri = format!("{}/ap/actor/{slug}", self.0.settings().uri_base());
        queries::by_uri(self.0.read(), &uri)
            .await?
            .filter(|row| row.domain_id.is_some() && queries::is_shown(row))
            .ok_or(Error::NotFound("actor"))
    }

    /// Whether a local actor has an inbox there.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn has_inbox(&self, slug: &str) -> Result<(), Error> {
        let open = &self.0.0.open_inboxes;
        if open.holds(slug) {
            return Ok(());
        }
        self.by_slug(slug).await?;
        open.keep(slug);
        Ok(())
    }

    /// Whether the instance's own actor is the one whose address ends in `slug`.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn is_instance(&self, slug: &str) -> Result<bool, Error> {
        let id = self.0.instance().actor_id().await?;
        let uri = queries::by_id(self.0.read(), id).await?.uri;
        Ok(uri.rsplit('/').next() == Some(slug))
    }

    /// The document of a local actor.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn document(&self, slug: &str) -> Result<Actor, Error> {
        let row = self.by_slug(slug).await?;
        self.document_on(self.0.read(), row).await
    }

    /// What is left of a local actor that was closed for ever, if the address that ends in `slug` was
    /// its own. Servers that check a `Delete` look for it (docs/federation/delete.md).
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn remains(&self, slug: &str) -> Result<Option<Tombstone>, Error> {
        let uri = format!("{}/ap/actor/{slug}", self.0.settings().uri_base());
        let found = queries::by_uri(self.0.read(), &uri).await?;
        let gone = |row: &actor::Model| {
            row.domain_id.is_some() && row.state == carefolk_domain::ActorState::Deleted
        };
        Ok(found.filter(gone).map(|row| Tombstone::of_actor(row.uri, wire_kind(row.kind))))
    }

    /// The document of the local actor of that name.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn document_by_handle(&self, handle: &str) -> Result<Actor, Error> {
        let row = queries::by_handle(self.0.read(), handle)
            .await?
            .filter(queries::is_shown)
            .ok_or(Error::NotFound("actor"))?;
        self.document_on(self.0.read(), row).await
    }

    /// The document of a local actor whose keys are those that `conn` sees.
    pub(crate) async fn document_on(
        &self,
        conn: &impl ConnectionTrait,
        row: actor::Model,
    ) -> Result<Actor, Error> {
        let (public_key, multikey) = keys_of(conn, &row).await?;
        let group = match row.kind {
            ActorKind::Group => {
                group::Entity::find().filter(group::Column::ActorId.eq(row.id)).one(conn).await?
            }
            _ => None,
        };
        let part = |uri: &Option<String>| uri.clone().unwrap_or_default();
        let can = vec![Capability::rfc9421()];
        let is_instance = row.kind == ActorKind::Application;
        // What this server can do (FEP-844e): said by the instance itself, and on others of it.
        let (generator, implements) = if is_instance {
            (None, can)
        } else {
            let instance = self.0.instance().actor_id().await?;
            let instance = queries::by_id(self.0.read(), instance).await?;
            (Some(Generator::new(instance.uri, SOFTWARE, can)), Vec::new())
        };
        Ok(Actor {
            kind: wire_kind(row.kind),
            webfinger: format!("{}@{}", row.handle, row.host),
            preferred_username: row.handle.clone(),
            name: if is_instance { self.0.instance().name().await? } else { row.name.clone() },
            summary: row.summary_html.as_str().to_owned(),
            icon: icon_of(conn, self.0.settings().uri_base(), &row).await?,
            url: row.url.clone(),
            inbox: row.inbox.clone(),
            outbox: part(&row.outbox),
            followers: part(&row.followers_uri),
            following: part(&row.following_uri),
            featured: part(&row.featured_uri),
            attributed_to: group.as_ref().map(|_| moderators_of(&row)),
            posting_restricted_to_mods: group.map(|it| it.posting == PostingRule::Moderators),
            manually_approves_followers: row.manually_approves,
            discoverable: row.discoverable,
            indexable: row.indexable,
            published: row.published.map(|at| at.0),
            moved_to: row.moved_to.clone(),
            also_known_as: row
                .also_known_as
                .iter()
                .flat_map(|all| all.lines())
                .map(str::to_owned)
                .collect(),
            endpoints: Endpoints { shared_inbox: part(&row.shared_inbox) },
            public_key,
            assertion_method: multikey.into_iter().collect(),
            generator,
            implements,
            id: row.uri,
        })
    }

    /// How many follow a local actor; who they are is not told (docs/federation/peers.md).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn followers_document(&self, slug: &str) -> Result<String, Error> {
        let row = self.by_slug(slug).await?;
        let total = u64::try_from(row.follower_count).unwrap_or(0);
        Ok(OrderedCollection::hidden(row.followers_uri.unwrap_or_default(), total).to_json())
    }

    /// How many a local actor follows.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`].
    pub async fn following_document(&self, slug: &str) -> Result<String, Error> {
        let row = self.by_slug(slug).await?;
        let total = u64::try_from(row.following_count).unwrap_or(0);
        Ok(OrderedCollection::hidden(row.following_uri.unwrap_or_default(), total).to_json())
    }

    /// The answer to a WebFinger query: `acct:name@host`, an actor's id or page, or the address
    /// of the instance itself (FEP-d556).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for everything that is not an actor here.
    pub async fn webfinger(&self, resource: &str) -> Result<Jrd, Error> {
        let row = self.resource(resource).await?;
        let row = row.filter(queries::is_shown).ok_or(Error::NotFound("actor"))?;
        let base = self.0.settings().uri_base();
        Ok(Jrd {
            subject: format!("acct:{}@{}", row.handle, row.host),
            aliases: vec![row.url.clone(), row.uri.clone()],
            links: vec![
                Link::actor(row.uri),
                Link::profile_page(row.url),
                Link::subscribe(format!("{base}/authorize_interaction?uri={{uri}}")),
            ],
        })
    }

    async fn resource(&self, resource: &str) -> Result<Option<actor::Model>, Error> {
        let conn = self.0.read();
        let settings = self.0.settings();
        if let Some(account) = resource.strip_prefix("acct:") {
            let account = account.strip_prefix('@').unwrap_or(account);
            let Some((name, host)) = account.rsplit_once('@') else { return Ok(None) };
            if host.to_lowercase() != settings.handle_host() {
                return Ok(None);
            }
            // Only our alphabet: a name that would have to be folded is nobody's.
            return match Handle::parse(name) {
                Ok(handle) => queries::by_handle(conn, handle.as_str()).await,
                Err(_other) => Ok(None),
            };
        }
        let Some(path) = resource.strip_prefix(settings.uri_base()) else { return Ok(None) };
        match path {
            "" | "/" => queries::by_handle(conn, INSTANCE_HANDLE).await,
            path => match path.strip_prefix("/@") {
                Some(handle) => queries::by_handle(conn, handle).await,
                None => {
                    let found = actor::Entity::find()
                        .filter(actor::Column::UriHash.eq(UriHash::of(resource)))
                        .filter(actor::Column::DomainId.is_not_null());
                    Ok(found.one(conn).await?)
                }
            },
        }
    }

    /// The NodeInfo document in one of its versions.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn nodeinfo(&self, version: nodeinfo::Version) -> Result<String, Error> {
        let info = self.0.instance().info().await?;
        let software = nodeinfo::Software {
            name: SOFTWARE.to_owned(),
            version: info.version.to_owned(),
            repository: Some(info.source_url),
        };
        let users =
            nodeinfo::Users { total: info.users, active_halfyear: None, active_month: None };
        let usage = nodeinfo::Usage { users, local_posts: info.posts };
        let metadata = nodeinfo::Metadata { node_name: Some(info.name), node_description: None };
        Ok(nodeinfo::Document::new(version, software, usage, metadata).to_json())
    }

    /// Where the NodeInfo documents are, and the instance's own actor (FEP-2677).
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn nodeinfo_index(&self) -> Result<String, Error> {
        let id = self.0.instance().actor_id().await?;
        let instance = queries::by_id(self.0.read(), id).await?;
        let base = self.0.settings().uri_base();
        Ok(nodeinfo::Index::new(base, Some(&instance.uri)).to_json())
    }

    /// The hosts that requests may be for.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn our_hosts(&self) -> Result<Vec<String>, Error> {
        let rows = domain::Entity::find().all(self.0.read()).await?;
        Ok(rows.iter().filter_map(|row| carefolk_domain::uri::host(&row.base_url)).collect())
    }
}

fn wire_kind(kind: ActorKind) -> WireKind {
    match kind {
        ActorKind::Person => WireKind::Person,
        ActorKind::Organization => WireKind::Organization,
        ActorKind::Application => WireKind::Application,
        ActorKind::Service => WireKind::Service,
        ActorKind::Group => WireKind::Group,
    }
}
