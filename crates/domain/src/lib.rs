//! The nouns and the pure rules: ids, moments, handles, audiences, roles, and who may do what.
//!
//! Invariant: nothing here reads a clock, opens a connection or speaks HTTP. `sea_orm` is used for
//! its derives alone, so that an id knows how to be a column as it knows how to be JSON.

pub mod actor;
pub mod audience;
pub mod authorise;
pub mod backoff;
pub mod followers;
pub mod group;
pub mod handle;
pub mod html;
pub mod ids;
pub mod invalid;
pub mod locale;
pub mod moment;
pub mod name;
pub mod notification;
pub mod peer;
pub mod picture;
pub mod poll;
pub mod post;
pub mod roles;
pub mod text;
pub mod uri;

pub use actor::{ActorKind, ActorState};
pub use audience::Audience;
pub use group::{ApprovalRule, GroupKind, GroupRole, PostingRule, RemovalReason};
pub use handle::{Address, Handle};
pub use html::Html;
pub use ids::*;
pub use invalid::{Denial, FieldError, Invalid};
pub use locale::Lang;
pub use moment::{Moment, Span};
pub use notification::NotificationKind;
pub use peer::{Health, Standing};
pub use picture::{Focus, MediaType};
pub use post::{PostState, Reach, ReactionKind, RenditionKind};
pub use roles::{AccountState, Role, TeamRole};
pub use uri::UriHash;
