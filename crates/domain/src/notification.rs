//! What people are told about.

use sea_orm::{DeriveActiveEnum, EnumIter};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum NotificationKind {
    /// Somebody named or answered them.
    #[sea_orm(string_value = "mention")]
    Mention,
    /// Somebody likes what they wrote.
    #[sea_orm(string_value = "like")]
    Like,
    /// Somebody passed on what they wrote.
    #[sea_orm(string_value = "boost")]
    Boost,
    /// Somebody asks to be let into a group that they keep in order.
    #[sea_orm(string_value = "group_asked")]
    GroupAsked,
    /// They are invited to a group.
    #[sea_orm(string_value = "group_invited")]
    GroupInvited,
    /// They were let into a group.
    #[sea_orm(string_value = "group_let_in")]
    GroupLetIn,
    /// They were not let into a group.
    #[sea_orm(string_value = "group_refused")]
    GroupRefused,
    /// Moderators of a group took away what they wrote.
    #[sea_orm(string_value = "post_removed")]
    PostRemoved,
    /// Moderators of a group gave it back.
    #[sea_orm(string_value = "post_restored")]
    PostRestored,
    /// Something waits until they, as moderators, have read it.
    #[sea_orm(string_value = "post_waits")]
    PostWaits,
    /// Moderators of a group let through what they wrote.
    #[sea_orm(string_value = "post_let_through")]
    PostLetThrough,
    /// Moderators of a group did not let it through.
    #[sea_orm(string_value = "post_refused")]
    PostRefused,
    /// Something was reported that they, as moderators, have to look at.
    #[sea_orm(string_value = "post_reported")]
    PostReported,
    /// Moderators of a group took away what they reported.
    #[sea_orm(string_value = "report_done")]
    ReportDone,
}

impl NotificationKind {
    /// Whether it was done by somebody who is named to whom it is told.
    pub fn names_who(self) -> bool {
        matches!(
            self,
            Self::Mention | Self::Like | Self::Boost | Self::GroupAsked | Self::PostWaits
        )
    }
}
