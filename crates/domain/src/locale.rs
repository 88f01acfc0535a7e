//! Language tags, as far as we need them.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A BCP 47 language tag in a small spelling: `en`, `cy`, `pt-br`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
)]
#[serde(transparent)]
pub struct Lang(pub String);

impl Lang {
    /// The longest tag that is kept.
    pub const MAX_BYTES: usize = 35;

    /// The tag for `text` in our spelling, or `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase().replace('_', "-");
        let first = text.split('-').next().unwrap_or_default();
        let good = text.len() <= Self::MAX_BYTES
            && (2..=3).contains(&first.len())
            && first.bytes().all(|b| b.is_ascii_lowercase())
            && text.split('-').all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
            });
        good.then_some(Self(text))
    }

    /// "Undetermined": nobody said.
    pub fn unknown() -> Self {
        Self("und".to_owned())
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A language can be a part of a primary key; no database counts one up for us.
impl sea_orm::TryFromU64 for Lang {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Lang"))
    }
}
