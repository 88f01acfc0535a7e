//! Who a post is for.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Who may see a post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Anyone, and shown in lists.
    #[sea_orm(string_value = "public")]
    Public,
    /// Anyone who has the address; in no public list.
    #[sea_orm(string_value = "quiet")]
    Quiet,
    /// People with an account here. Never leaves this server.
    #[sea_orm(string_value = "local")]
    Local,
    /// Who follows the author.
    #[sea_orm(string_value = "followers")]
    Followers,
    /// Members of one group. Never leaves this server.
    #[sea_orm(string_value = "group")]
    Group,
    /// Who is named in it.
    #[sea_orm(string_value = "direct")]
    Direct,
}

impl Audience {
    /// The word used on the command line and in forms, or `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "public" => Self::Public,
            "quiet" => Self::Quiet,
            "local" => Self::Local,
            "followers" => Self::Followers,
            "group" => Self::Group,
            "direct" => Self::Direct,
            _ => return None,
        })
    }

    /// The same word back.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Quiet => "quiet",
            Self::Local => "local",
            Self::Followers => "followers",
            Self::Group => "group",
            Self::Direct => "direct",
        }
    }

    /// Whether a visitor without an account may read it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Public | Self::Quiet)
    }

    /// Whether it may be sent to other servers at all.
    pub fn federates(self) -> bool {
        !matches!(self, Self::Local | Self::Group)
    }
}
