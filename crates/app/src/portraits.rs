//! Pictures of people, providers and groups themselves.
//!
//! Invariant: each has one at most, and whoever may know of somebody may see it.

use carefolk_domain::{AccountId, ActorId, GroupId, GroupKind, Invalid};
use carefolk_store::entity::{group, picture};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use crate::actors::queries as actors;
use crate::grouped::Place;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::placed::{self, NewPicture, PictureView};

/// Whom a picture is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sitter {
    /// An actor of ours; of a group that has one it is that.
    Actor(ActorId),
    /// A group that has none.
    Group(GroupId),
}

impl Sitter {
    /// Whom the picture of a group is of.
    pub(crate) fn of_group(row: &group::Model) -> Self {
        row.actor_id.map_or(Self::Group(row.id), Self::Actor)
    }

    fn column(self) -> (picture::Column, i64) {
        match self {
            Self::Actor(ActorId(id)) => (picture::Column::ActorId, id),
            Self::Group(GroupId(id)) => (picture::Column::GroupId, id),
        }
    }
}

/// How the row of who it is of names the picture: what it is called, and the part that has to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hung {
    pub(crate) key: Option<String>,
    pub(crate) focus: Option<String>,
}

/// What is wrong with a picture of somebody; of a provider or a group, what it shows has to be said.
pub(crate) fn check(
    pictures: &[NewPicture],
    must_describe: bool,
) -> Vec<carefolk_domain::FieldError> {
    let mut wrong = placed::check(pictures, must_describe);
    if pictures.len() > 1 {
        wrong.push(carefolk_domain::FieldError { field: "pictures", invalid: Invalid::TooMany(1) });
    }
    wrong
}

/// Makes `new` the picture of somebody, or takes theirs away; the one before goes. `account` sent it, or it is the
/// one that hangs there already. The caller writes what comes back into the row of who it is of.
///
/// # Errors
///
/// [`Error::Invalid`] (`pictures`) for one that is not `account`'s to use.
pub(crate) async fn hang(
    tx: &Tx,
    of: Sitter,
    account: Option<AccountId>,
    new: Option<&NewPicture>,
) -> Result<Hung, Error> {
    let (column, id) = of.column();
    let mut leave = Condition::all().add(column.eq(id)).add(picture::Column::GoneAt.is_null());
    if let Some(new) = new {
        leave = leave.add(picture::Column::Key.ne(new.key.as_str()));
    }
    placed::end(tx, leave).await?;
    let Some(new) = new else { return Ok(Hung::default()) };
    let description = new.description.as_deref().map(str::trim).filter(|it| !it.is_empty());
    let hung = picture::Entity::update_many()
        .col_expr(column, Expr::value(id))
        .col_expr(picture::Column::Description, Expr::value(description.map(str::to_owned)))
        .col_expr(picture::Column::Focus, Expr::value(new.focus.word()))
        .filter(picture::Column::Key.eq(new.key.as_str()))
        .filter(picture::Column::GoneAt.is_null())
        .filter(Condition::any().add(column.eq(id)).add(placed::loose(account, None)))
        .exec(tx.conn())
        .await?;
    if hung.rows_affected != 1 {
        return Err(placed::unknown());
    }
    Ok(Hung { key: Some(new.key.clone()), focus: Some(new.focus.word().to_owned()) })
}

/// Takes the picture of somebody away: nobody sees it from now on.
pub(crate) async fn take_down(tx: &Tx, of: Sitter) -> Result<(), Error> {
    hang(tx, of, None, None).await.map(drop)
}

/// The picture of somebody.
pub(crate) async fn row_of(
    conn: &impl ConnectionTrait,
    of: Sitter,
) -> Result<Option<picture::Model>, Error> {
    let (column, id) = of.column();
    let found = picture::Entity::find()
        .filter(column.eq(id))
        .filter(picture::Column::GoneAt.is_null())
        .one(conn)
        .await?;
    Ok(found)
}

/// The same, as a form shows it.
pub(crate) async fn view_of(
    conn: &impl ConnectionTrait,
    of: Sitter,
) -> Result<Option<PictureView>, Error> {
    Ok(row_of(conn, of).await?.as_ref().map(PictureView::of))
}

/// Whether anybody may see a picture of somebody, if `viewer` may.
pub(crate) async fn may_see(
    conn: &impl ConnectionTrait,
    viewer: &Caller,
    row: &picture::Model,
) -> Result<Option<bool>, Error> {
    if let Some(id) = row.actor_id {
        let actor = actors::by_id(conn, id).await?;
        return Ok(actors::is_shown(&actor).then_some(true));
    }
    let Some(id) = row.group_id else { return Ok(None) };
    let Some(found) = group::Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
    match Place::named(conn, viewer, &found.handle).await {
        Ok(place) => Ok(Some(place.row.kind != GroupKind::Private)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
