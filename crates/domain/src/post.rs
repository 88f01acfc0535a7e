//! What a post passes through, and what kinds of text it has.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// The longest text a person may write, in characters.
pub const TEXT_MAX_CHARS: usize = 20_000;

/// The longest content warning or title, in characters.
pub const TITLE_MAX_CHARS: usize = 300;

/// How many people one post may name. A flood of mentions is spam (S-056).
pub const MENTIONS_MAX: usize = 50;

/// How many posts an actor of ours can pin: as many as Mastodon shows.
pub const PINS_MAX: u64 = 5;

/// Where a post is in its life.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum PostState {
    /// Being written.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// Waits for somebody's approval.
    #[sea_orm(string_value = "held")]
    Held,
    /// Waits for its hour.
    #[sea_orm(string_value = "scheduled")]
    Scheduled,
    /// Can be read by its audience.
    #[sea_orm(string_value = "published")]
    Published,
    /// Taken away by a moderator.
    #[sea_orm(string_value = "removed")]
    Removed,
    /// Taken away by its author; a tombstone stays.
    #[sea_orm(string_value = "deleted")]
    Deleted,
}

/// Who may answer or quote a post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Anybody who may see it.
    #[sea_orm(string_value = "anyone")]
    Anyone,
    /// Who follows its author.
    #[sea_orm(string_value = "followers")]
    Followers,
    /// Nobody but its author, and for answers who is named in it.
    #[sea_orm(string_value = "nobody")]
    Nobody,
}

/// What somebody may do with a post besides answering it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum ReactionKind {
    /// Thank for it. Only its author is told.
    #[sea_orm(string_value = "like")]
    Like,
    /// Pass it on to one's own followers (`Announce`).
    #[sea_orm(string_value = "boost")]
    Boost,
}

/// What a text of a post is to the post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum RenditionKind {
    /// The text as written.
    #[sea_orm(string_value = "original")]
    Original,
    /// The same in another language.
    #[sea_orm(string_value = "translation")]
    Translation,
    /// Easy Read.
    #[sea_orm(string_value = "easy_read")]
    EasyRead,
    /// Plain words.
    #[sea_orm(string_value = "plain")]
    Plain,
    /// Read aloud.
    #[sea_orm(string_value = "audio")]
    Audio,
    /// Signed.
    #[sea_orm(string_value = "sign")]
    Sign,
}
