//! Taking in a picture that somebody sent.

use std::fs::File;

use carefolk_domain::authorise::Act;
use carefolk_domain::{Focus, Invalid, Moment, PictureId, Span};
use carefolk_store::entity::picture;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use super::{PictureView, Pictures, file, files, storage};
use crate::kernel::caller::Caller;
use crate::kernel::error::Error;
use crate::kernel::ports::{Image, MadePicture, PictureFault};
use crate::placed;

/// How many pictures one account may send in a day.
const A_DAY_MAX: u64 = 100;
const A_DAY: Span = Span::hours(24);

/// How long who sent as many waits.
const REST: Span = Span::hours(1);

/// The field of a picture that is not taken.
const FIELD: &str = "picture";

impl Pictures<'_> {
    /// An empty file to write a picture into.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for visitors; [`Error::Store`] if there is no room.
    pub async fn scratch(&self, caller: &Caller) -> Result<File, Error> {
        caller.may(Act::WriteAsSelf)?;
        self.0.files().scratch().await.map_err(storage)
    }

    /// Takes in the picture in `file`: made anew, kept, and standing nowhere yet. What stands nowhere a day
    /// later is forgotten.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] (`picture`) with [`Invalid::Format`] if it is no JPEG, PNG or WebP,
    /// [`Invalid::TooLarge`] or [`Invalid::Broken`]; [`Error::Throttled`] after a hundred in a day;
    /// [`Error::Busy`] while too many others wait; [`Error::Denied`], [`Error::Store`].
    pub async fn take_in(&self, caller: &Caller, sent: File) -> Result<PictureView, Error> {
        caller.may(Act::WriteAsSelf)?;
        self.count(caller).await?;
        let sender = caller.account().map(|account| self.0.copies().sender(account));
        let _place = match &sender {
            Some(sender) => Some(sender.try_take()?),
            None => None,
        };
        let made = self.0.maker().make(sent).await.map_err(|fault| wrong(&fault))?;
        // The row before the files: whatever happens in between, somebody knows what to take away.
        let tx = self.0.begin().await?;
        let row = self.row(caller, &made, tx.now()).insert(tx.conn()).await?;
        tx.commit().await?;
        for (size, image) in files(made) {
            self.0.files().put(&file(&row, size), image.bytes).await.map_err(storage)?;
        }
        let tx = self.0.begin().await?;
        picture::Entity::update_many()
            .col_expr(picture::Column::ReadyAt, Expr::value(tx.now()))
            .filter(picture::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(PictureView::of(&row))
    }

    /// The pictures among `keys` that the caller sent and that stand nowhere yet, in the order of `keys`.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for visitors; [`Error::Store`].
    pub async fn loose(&self, caller: &Caller, keys: &[String]) -> Result<Vec<PictureView>, Error> {
        caller.may(Act::WriteAsSelf)?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = picture::Entity::find()
            .filter(picture::Column::Key.is_in(keys))
            .filter(placed::loose(caller.account(), None))
            .order_by_asc(picture::Column::Id)
            .all(self.0.read())
            .await?;
        let of_key = |key: &String| found.iter().find(|row| row.key == *key).map(PictureView::of);
        Ok(keys.iter().filter_map(of_key).collect())
    }

    async fn count(&self, caller: &Caller) -> Result<(), Error> {
        let Some(account) = caller.account() else { return Ok(()) };
        let sent = picture::Entity::find()
            .filter(picture::Column::AccountId.eq(account))
            .filter(picture::Column::CreatedAt.gt(self.0.now() - A_DAY))
            .count(self.0.read())
            .await?;
        if sent >= A_DAY_MAX { Err(Error::Throttled { retry_after: REST }) } else { Ok(()) }
    }

    fn row(&self, caller: &Caller, made: &MadePicture, now: Moment) -> picture::ActiveModel {
        let (width, height) = pixels(&made.full);
        let (small_width, small_height) = pixels(&made.small);
        picture::ActiveModel {
            id: Set(PictureId(self.0.id())),
            key: Set(format!("{}{}", self.0.slug(), self.0.slug())),
            shared_key: Set(format!("{}{}", self.0.slug(), self.0.slug())),
            account_id: Set(caller.account()),
            post_id: Set(None),
            held_id: Set(None),
            actor_id: Set(None),
            group_id: Set(None),
            position: Set(0),
            media_type: Set(made.full.media_type),
            small_type: Set(made.small.media_type),
            width: Set(width),
            height: Set(height),
            small_width: Set(small_width),
            small_height: Set(small_height),
            blurhash: Set(made.blurhash.clone()),
            description: Set(None),
            focus: Set(Focus::default().word().to_owned()),
            ready_at: Set(None),
            gone_at: Set(None),
            created_at: Set(now),
        }
    }
}

fn pixels(image: &Image) -> (i32, i32) {
    let of = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    (of(image.width), of(image.height))
}

fn wrong(fault: &PictureFault) -> Error {
    match fault {
        PictureFault::Kind => Error::field(FIELD, Invalid::Format),
        PictureFault::TooLarge => Error::field(FIELD, Invalid::TooLarge),
        PictureFault::Broken => Error::field(FIELD, Invalid::Broken),
        PictureFault::Busy => Error::Busy,
        PictureFault::Unavailable(why) => {
            tracing::error!(why, "a picture could not be looked at");
            Error::Busy
        }
    }
}
