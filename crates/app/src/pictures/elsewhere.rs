//! Pictures of other servers: who reads here asks us, and we ask them (S-088, S-129).
//!
//! What can be asked for is a picture of a post that we hold and the reader may see, by its place in that
//! post, and that of somebody whom we know: no address is taken from anybody.

use std::fmt::Write;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use carefolk_domain::{AccountId, ActorId, MediaType, PostId, Span, UriHash, uri};
use carefolk_store::entity::{actor, attachment, post, remote_picture};
use moka::future::Cache;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

use super::senders::{Sender, Senders};
use super::turns::Turns;
use super::{PictureSize, Pictures, ShownPicture, files, storage};
use crate::actors::queries as actors;
use crate::kernel::caller::Caller;
use crate::kernel::error::Error;
use crate::kernel::ports::{MadePicture, PictureFault, PortError};
use crate::posts::visible::visible_to;
use crate::posts::{AttachmentKind, AttachmentView};

/// How many pictures are being copied, or were a moment ago, at most.
const FLIGHTS_KEPT: u64 = 1_000;

/// How long what came of it may be shared by those who waited for it.
const FLIGHT_KEPT: Duration = Duration::from_secs(1);

/// How long one that could not be copied rests, and at most; each time four times as long.
const REST: Span = Span::minutes(10);
const REST_MAX: Span = Span::days(1);

/// The same for what is no picture, or not there: that seldom changes.
const LONG_REST: Span = Span::days(7);

/// How exactly it is remembered when a copy was used: each time would be a write for each look.
const USE_NOTED_EVERY: Span = Span::days(1);

/// Pictures that are under way: copies that are being made, and who sends.
pub(crate) struct Copies {
    flights: Cache<UriHash, Option<Arc<remote_picture::Model>>>,
    turns: Turns,
    senders: Senders,
}

impl Default for Copies {
    fn default() -> Self {
        let flights = Cache::builder().max_capacity(FLIGHTS_KEPT).time_to_live(FLIGHT_KEPT);
        Self { flights: flights.build(), turns: Turns::default(), senders: Senders::default() }
    }
}

impl Copies {
    pub(super) fn sender(&self, account: AccountId) -> Arc<Sender> {
        self.senders.of(account)
    }
}

/// What we have of a picture elsewhere.
enum Known {
    /// A copy, and its file.
    Here(remote_picture::Model, MediaType, File),
    /// It could not be copied, and is not tried again yet.
    Rests,
    /// Nothing; so often it could not be copied.
    Missing(i32),
}

/// Why there is no copy.
enum Fault {
    /// It is not a picture, or not there.
    Lasting,
    /// Later there may be.
    Passing,
}

impl Pictures<'_> {
    /// The picture at `position` of a post from elsewhere, if `viewer` may see that; copied now if there is no
    /// copy yet.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also if it could not be copied; [`Error::Busy`] while too many others are;
    /// [`Error::Store`].
    pub async fn show_elsewhere(
        &self,
        viewer: &Caller,
        post: PostId,
        position: i32,
        size: PictureSize,
    ) -> Result<ShownPicture, Error> {
        let none = || Error::NotFound("picture");
        let found = post::Entity::find_by_id(post).filter(visible_to(viewer));
        let row = found.one(self.0.read()).await?.ok_or_else(none)?;
        let found = attachment::Entity::find_by_id((post, position)).one(self.0.read()).await?;
        let view = found.map(AttachmentView::of).ok_or_else(none)?;
        if view.kind != AttachmentKind::Picture || row.slug.is_some() {
            return Err(none());
        }
        let (media_type, file) = self.copied(&view.url, size).await?.ok_or_else(none)?;
        let version = copy_file(&UriHash::of(&view.url), size);
        Ok(ShownPicture { media_type, is_open: row.audience.is_open(), version, file })
    }

    /// The picture of somebody elsewhere; copied now if there is no copy yet.
    ///
    /// # Errors
    ///
    /// As [`Pictures::show_elsewhere`].
    pub async fn show_of(&self, who: ActorId, size: PictureSize) -> Result<ShownPicture, Error> {
        let none = || Error::NotFound("picture");
        let found = actor::Entity::find_by_id(who).one(self.0.read()).await?;
        let row = found.filter(actors::is_shown).ok_or_else(none)?;
        let url = row.icon_url.filter(|_| row.domain_id.is_none()).ok_or_else(none)?;
        if !self.0.peers().is_open_to(&row.host).await? {
            return Err(none());
        }
        let (media_type, file) = self.copied(&url, size).await?.ok_or_else(none)?;
        let version = copy_file(&UriHash::of(&url), size);
        Ok(ShownPicture { media_type, is_open: true, version, file })
    }

    /// The file of the copy of what stands at `url`, if there is one or can be.
    async fn copied(
        &self,
        url: &str,
        size: PictureSize,
    ) -> Result<Option<(MediaType, File)>, Error> {
        let hash = UriHash::of(url);
        match self.known(&hash, size).await? {
            Known::Here(copy, media_type, file) => {
                // Who only looks is shown it, also while nothing can be written (P10).
                if copy.used_at + USE_NOTED_EVERY < self.0.now()
                    && let Err(error) = self.note_use(&copy).await
                {
                    tracing::debug!(%error, "the use of a copy could not be noted");
                }
                return Ok(Some((media_type, file)));
            }
            Known::Rests => return Ok(None),
            Known::Missing(_) => {}
        }
        let flight = Box::pin(self.make_copy(hash.clone(), url, size));
        let flights = &self.0.copies().flights;
        let made = flights.try_get_with(hash.clone(), flight).await;
        // Shared by those who waited for it; what came of it stands in the row.
        flights.invalidate(&hash).await;
        match made {
            Ok(Some(copy)) => self.file(&copy, size).await,
            Ok(None) => Ok(None),
            Err(error) if matches!(*error, Error::Busy) => Err(Error::Busy),
            Err(error) => {
                tracing::warn!(%error, "a picture elsewhere could not be copied");
                Ok(None)
            }
        }
    }

    /// What we have of it. A copy whose file is not there is none: somebody may have tidied the folder.
    async fn known(&self, hash: &UriHash, size: PictureSize) -> Result<Known, Error> {
        let found = remote_picture::Entity::find_by_id(hash.clone()).one(self.0.read()).await?;
        let Some(row) = found else { return Ok(Known::Missing(0)) };
        if let Some((media_type, file)) = self.file(&row, size).await? {
            return Ok(Known::Here(row, media_type, file));
        }
        let rests = row.retry_at.is_some_and(|at| at > self.0.now());
        Ok(if rests { Known::Rests } else { Known::Missing(row.tries) })
    }

    async fn file(
        &self,
        copy: &remote_picture::Model,
        size: PictureSize,
    ) -> Result<Option<(MediaType, File)>, Error> {
        let kinds = copy.media_type.zip(copy.small_type);
        let Some((full, small)) = kinds else { return Ok(None) };
        let media_type = if size == PictureSize::Full { full } else { small };
        match self.0.files().open(&copy_file(&copy.url_hash, size)).await {
            Ok(file) => Ok(Some((media_type, file))),
            Err(PortError::NotFound) => Ok(None),
            Err(other) => Err(storage(other)),
        }
    }

    async fn make_copy(
        &self,
        url_hash: UriHash,
        url: &str,
        size: PictureSize,
    ) -> Result<Option<Arc<remote_picture::Model>>, Error> {
        let host = uri::host(url).unwrap_or_default();
        let _turn = self.0.copies().turns.take(&host).await.ok_or(Error::Busy)?;
        // Asked again: somebody else may have landed while we looked, or waited for our turn.
        let tries = match self.known(&url_hash, size).await? {
            Known::Here(copy, ..) => return Ok(Some(Arc::new(copy))),
            Known::Rests => return Ok(None),
            Known::Missing(tries) => tries,
        };
        let made = match self.fetch(url).await? {
            Ok(made) => made,
            Err(fault) => {
                self.note_failure(url_hash, url, tries, &fault).await?;
                return Ok(None);
            }
        };
        let bytes = made.full.bytes.len() + made.small.bytes.len() + made.icon.bytes.len();
        let mut row = remote_picture::Model {
            url_hash,
            url: url.to_owned(),
            media_type: None,
            small_type: None,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            tries: 0,
            retry_at: None,
            used_at: self.0.now(),
        };
        // Before the files, so that somebody knows of them; and after, so that nobody looks for them too soon.
        self.write(row.clone()).await?;
        (row.media_type, row.small_type) =
            (Some(made.full.media_type), Some(made.small.media_type));
        for (size, image) in files(made) {
            let name = copy_file(&row.url_hash, size);
            self.0.files().put(&name, image.bytes).await.map_err(storage)?;
        }
        self.write(row.clone()).await?;
        Ok(Some(Arc::new(row)))
    }

    async fn fetch(&self, url: &str) -> Result<Result<MadePicture, Fault>, Error> {
        let file = self.0.files().scratch().await.map_err(storage)?;
        let file = match self.0.remote().download(url, file).await {
            Ok(file) => file,
            Err(PortError::Unavailable(_)) => return Ok(Err(Fault::Passing)),
            Err(_) => return Ok(Err(Fault::Lasting)),
        };
        match self.0.maker().make(file).await {
            Ok(made) => Ok(Ok(made)),
            Err(PictureFault::Busy) => Err(Error::Busy),
            Err(PictureFault::Unavailable(why)) => {
                tracing::error!(why, "a picture could not be looked at");
                Err(Error::Busy)
            }
            Err(_) => Ok(Err(Fault::Lasting)),
        }
    }

    async fn note_failure(
        &self,
        url_hash: UriHash,
        url: &str,
        tries: i32,
        fault: &Fault,
    ) -> Result<(), Error> {
        let grown = REST.0.saturating_mul(4_i64.saturating_pow(u32::try_from(tries).unwrap_or(9)));
        let rest = match fault {
            Fault::Lasting => LONG_REST,
            Fault::Passing => Span(grown.min(REST_MAX.0)),
        };
        let now = self.0.now();
        self.write(remote_picture::Model {
            url_hash,
            url: url.to_owned(),
            media_type: None,
            small_type: None,
            bytes: 0,
            tries: tries.saturating_add(1),
            retry_at: Some(now + rest),
            used_at: now,
        })
        .await
    }

    async fn write(&self, row: remote_picture::Model) -> Result<(), Error> {
        use remote_picture::Column::{
            Bytes, MediaType as Kind, RetryAt, SmallType, Tries, Url, UrlHash, UsedAt,
        };
        let over = [Url, Kind, SmallType, Bytes, Tries, RetryAt, UsedAt];
        let tx = self.0.begin().await?;
        let row = remote_picture::ActiveModel {
            url_hash: Set(row.url_hash),
            url: Set(row.url),
            media_type: Set(row.media_type),
            small_type: Set(row.small_type),
            bytes: Set(row.bytes),
            tries: Set(row.tries),
            retry_at: Set(row.retry_at),
            used_at: Set(row.used_at),
        };
        remote_picture::Entity::insert(row)
            .on_conflict(OnConflict::column(UrlHash).update_columns(over).to_owned())
            .exec_without_returning(tx.conn())
            .await?;
        tx.commit().await
    }

    async fn note_use(&self, copy: &remote_picture::Model) -> Result<(), Error> {
        let tx = self.0.begin().await?;
        let same = remote_picture::Column::UrlHash.eq(copy.url_hash.clone());
        remote_picture::Entity::update_many()
            .col_expr(remote_picture::Column::UsedAt, Expr::value(tx.now()))
            .filter(same)
            .exec(tx.conn())
            .await?;
        tx.commit().await
    }
}

/// What the file of a copy is called. Nobody is shown a file by its name.
pub(super) fn copy_file(url_hash: &UriHash, size: PictureSize) -> String {
    let mut name = String::with_capacity(2 * url_hash.0.len() + 8);
    for byte in &url_hash.0 {
        // Writing into a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    format!("{name}-copy-{}", size.word())
}
