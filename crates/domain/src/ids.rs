//! Row ids: signed 64-bit numbers, ordered by time, minted by us and never by a database.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// Bits of an id below the milliseconds: six of worker, ten of sequence.
pub const ID_LOW_BITS: u32 = 16;

/// Bits of sequence inside one millisecond of one worker.
pub const ID_SEQUENCE_BITS: u32 = 10;

/// How many workers (processes) can mint at once.
pub const ID_WORKERS: u16 = 64;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A name space of local handles: one community on this server.
    DomainId,
    /// An actor, local or remote.
    ActorId,
    /// A public or private key of an actor.
    KeyId,
    /// Somebody who can sign in.
    AccountId,
    /// A browser that is signed in.
    SessionId,
    /// A group of this server.
    GroupId,
    /// A post, local or remote.
    PostId,
    /// One earlier or current text of a post.
    RevisionId,
    /// A like or a boost.
    ReactionId,
    /// A follow between two actors.
    FollowId,
    /// Somebody wants nothing to do with somebody.
    BlockId,
    /// What somebody told the moderators.
    ReportId,
    /// A quote that was allowed.
    StampId,
    /// A remote server.
    PeerId,
    /// An activity that we said.
    OutboxId,
    /// One activity on its way to one inbox.
    DeliveryId,
    /// An activity that we were told.
    InboundId,
    /// Work for later.
    JobId,
    /// A row of the audit.
    AuditId,
    /// Something an account is told about.
    NotificationId,
    /// A picture that somebody here sent.
    PictureId,
    /// Something that waits until moderators have read it.
    HeldId,
    /// A hashtag.
    HashtagId,
}
