//! What we think of another server, and how it is.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// What an admin decided about a peer.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nobody decided anything.
    #[sea_orm(string_value = "unknown")]
    Unknown,
    /// Allowed by name.
    #[sea_orm(string_value = "allowed")]
    Allowed,
    /// Its posts are seen by who follows them only.
    #[sea_orm(string_value = "limited")]
    Limited,
    /// Nothing in, nothing out.
    #[sea_orm(string_value = "suspended")]
    Suspended,
}

/// How a peer answers.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Answers, or was never tried.
    #[sea_orm(string_value = "ok")]
    Ok,
    /// Failed lately; waits until `backoff_until`.
    #[sea_orm(string_value = "failing")]
    Failing,
    /// Has not answered for longer than the retry schedule.
    #[sea_orm(string_value = "dead")]
    Dead,
}

/// Whether `host` is `domain` or below it (`x.b.example` is below `b.example`), letter case aside.
pub fn host_is_within(host: &str, domain: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}
