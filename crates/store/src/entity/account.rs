//! Who can sign in.

use carefolk_domain::{AccountId, AccountState, ActorId, Lang, Moment, Role};
use sea_orm::entity::prelude::*;

/// An account: the private side of a local actor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The actor that it speaks as.
    #[sea_orm(unique)]
    pub actor_id: ActorId,
    /// Where letters go, as written.
    pub email: String,
    /// The same as compared.
    #[sea_orm(unique)]
    pub email_folded: String,
    /// Argon2id in PHC form; nothing if no password was set.
    pub password_hash: Option<String>,
    /// What it may do on this instance.
    pub role: Role,
    /// Where it is in its life.
    pub state: AccountState,
    /// The language it chose.
    pub locale: Option<Lang>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last did anything; decides whether its home is written.
    pub last_seen_at: Option<Moment>,
}

impl ActiveModelBehavior for ActiveModel {}
