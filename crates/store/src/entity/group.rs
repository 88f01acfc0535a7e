//! Groups of this server.

use carefolk_domain::{ActorId, ApprovalRule, GroupId, GroupKind, Html, Lang, Moment, PostingRule};
use sea_orm::entity::prelude::*;

/// A group. One that other servers know of has an actor, which says how it is called; the others say it here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "care_group")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupId,
    /// The actor that people elsewhere follow: its name, handle, text and keys.
    #[sea_orm(unique)]
    pub actor_id: Option<ActorId>,
    /// What it is for others than its members.
    pub kind: GroupKind,
    /// Its local name; no two groups share one.
    #[sea_orm(unique)]
    pub handle: String,
    /// Its display name, where it has no actor.
    pub name: Option<String>,
    /// Who it is for, as it was typed, where it has no actor.
    pub summary_source: Option<String>,
    /// The same, to be shown.
    pub summary_html: Option<Html>,
    /// What its picture is called, where it has no actor.
    pub portrait_key: Option<String>,
    /// The part of it that has to be seen, by its word.
    pub portrait_focus: Option<String>,
    /// Who begins conversations.
    pub posting: PostingRule,
    /// What moderators read before anybody else does.
    pub approval: ApprovalRule,
    /// Its rules, a line for each.
    pub rules: String,
    /// The language that is spoken in it.
    pub lang: Lang,
    /// The place that it is for, in words.
    pub area: Option<String>,
    /// When it was made.
    pub created_at: Moment,
}

impl ActiveModelBehavior for ActiveModel {}
