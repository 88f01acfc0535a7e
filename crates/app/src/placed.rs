//! Which pictures stand in which post.
//!
//! Invariant: a picture stands in one post at most, and whoever put it there had sent it (S-130).

use std::collections::HashMap;

use carefolk_domain::picture::{DESCRIPTION_MAX_CHARS, PICTURES_MAX};
use carefolk_domain::{AccountId, FieldError, Focus, HeldId, Invalid, PostId};
use carefolk_store::dialect::padded;
use carefolk_store::entity::picture;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::kernel::{error::Error, tx::Tx};

/// The fields of the descriptions, one for each picture of a post.
pub const DESCRIPTION_FIELDS: [&str; PICTURES_MAX] =
    ["description_1", "description_2", "description_3", "description_4"];

/// The field of what is wrong with all pictures of a post together.
const FIELD: &str = "pictures";

/// A picture that is to stand in a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPicture {
    /// What it is called.
    pub key: String,
    /// What it shows, in words.
    pub description: Option<String>,
    /// The part that has to be seen.
    pub focus: Focus,
}

/// A picture, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureView {
    /// What it is called.
    pub key: String,
    /// Pixels across and down.
    pub size: (u32, u32),
    /// The same of the small one.
    pub small_size: (u32, u32),
    /// What it shows, in words.
    pub description: Option<String>,
    /// The part that has to be seen.
    pub focus: Focus,
}

impl PictureView {
    pub(crate) fn of(row: &picture::Model) -> Self {
        Self {
            key: row.key.clone(),
            size: (pixels(row.width), pixels(row.height)),
            small_size: (pixels(row.small_width), pixels(row.small_height)),
            description: row.description.clone(),
            focus: Focus::from_word(&row.focus).unwrap_or_default(),
        }
    }
}

pub(crate) fn pixels(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

/// What is wrong with the pictures of a post; who writes for others has to say what they show.
pub(crate) fn check(pictures: &[NewPicture], must_describe: bool) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if pictures.len() > PICTURES_MAX {
        wrong.push(FieldError { field: FIELD, invalid: Invalid::TooMany(PICTURES_MAX) });
    }
    for (field, picture) in DESCRIPTION_FIELDS.into_iter().zip(pictures) {
        let words = picture.description.as_deref().map(str::trim).unwrap_or_default();
        if must_describe && words.is_empty() {
            wrong.push(FieldError { field, invalid: Invalid::Missing });
        }
        if words.chars().count() > DESCRIPTION_MAX_CHARS {
            wrong.push(FieldError { field, invalid: Invalid::TooLong(DESCRIPTION_MAX_CHARS) });
        }
    }
    wrong
}

/// The pictures that `account` sent and that stand nowhere.
///
/// `held` are those of something that waited.
pub(crate) fn loose(account: Option<AccountId>, held: Option<HeldId>) -> Condition {
    let sent = match account {
        Some(account) => picture::Column::AccountId.eq(account),
        None => picture::Column::AccountId.is_null(),
    };
    Condition::all()
        .add(sent)
        .add(picture::Column::PostId.is_null())
        .add(picture::Column::ActorId.is_null())
        .add(picture::Column::GroupId.is_null())
        .add(match held {
            Some(held) => picture::Column::HeldId.eq(held),
            None => picture::Column::HeldId.is_null(),
        })
        .add(picture::Column::ReadyAt.is_not_null())
        .add(picture::Column::GoneAt.is_null())
}

/// Puts these pictures into a post, in this order, and takes away those that are not among them.
///
/// # Errors
///
/// [`Error::Invalid`] (`pictures`) for one that is neither in the post nor `account`'s to put there.
pub(crate) async fn arrange(
    tx: &Tx,
    post: PostId,
    (account, held): (Option<AccountId>, Option<HeldId>),
    pictures: &[NewPicture],
) -> Result<(), Error> {
    let stay: Vec<&str> = pictures.iter().map(|picture| picture.key.as_str()).collect();
    let mut leave = Condition::all().add(picture::Column::PostId.eq(post));
    if !stay.is_empty() {
        leave = leave.add(picture::Column::Key.is_not_in(stay));
    }
    end(tx, leave).await?;
    for (position, new) in (0_i32..).zip(pictures) {
        let description = new.description.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let placed = picture::Entity::update_many()
            .col_expr(picture::Column::PostId, Expr::value(post))
            .col_expr(picture::Column::HeldId, Expr::value(Option::<HeldId>::None))
            .col_expr(picture::Column::Position, Expr::value(position))
            .col_expr(picture::Column::Description, Expr::value(description.map(str::to_owned)))
            .col_expr(picture::Column::Focus, Expr::value(new.focus.word()))
            .filter(picture::Column::Key.eq(new.key.as_str()))
            .filter(picture::Column::GoneAt.is_null())
            .filter(
                Condition::any().add(picture::Column::PostId.eq(post)).add(loose(account, held)),
            )
            .exec(tx.conn())
            .await?;
        if placed.rows_affected != 1 {
            return Err(unknown());
        }
    }
    Ok(())
}

/// A picture is not there to be used.
pub(crate) fn unknown() -> Error {
    Error::field(FIELD, Invalid::Unknown)
}

/// Takes away the pictures of a post: nobody sees them from now on, and their files go at the next sweep.
pub(crate) async fn erase(tx: &Tx, post: PostId) -> Result<(), Error> {
    end(tx, Condition::all().add(picture::Column::PostId.eq(post))).await
}

/// Nobody sees these from now on, and their files go at the next sweep.
pub(crate) async fn end(tx: &Tx, which: Condition) -> Result<(), Error> {
    picture::Entity::update_many()
        .col_expr(picture::Column::PostId, Expr::value(Option::<PostId>::None))
        .col_expr(picture::Column::Description, Expr::value(Option::<String>::None))
        .col_expr(picture::Column::GoneAt, Expr::value(tx.now()))
        .filter(which)
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The pictures of these posts, those of each in their order.
pub(crate) async fn of(
    conn: &impl ConnectionTrait,
    posts: Vec<PostId>,
) -> Result<HashMap<PostId, Vec<picture::Model>>, Error> {
    let mut out: HashMap<PostId, Vec<picture::Model>> = HashMap::new();
    if posts.is_empty() {
        return Ok(out);
    }
    let found = picture::Entity::find()
        .filter(picture::Column::PostId.is_in(padded(posts)))
        .order_by_asc(picture::Column::PostId)
        .order_by_asc(picture::Column::Position)
        .all(conn)
        .await?;
    for row in found {
        if let Some(post) = row.post_id {
            out.entry(post).or_default().push(row);
        }
    }
    Ok(out)
}
