//! The types we know by name.

use std::fmt;

use serde::{Serialize, Serializer};

/// Defines an open list of type names: the known ones, and `Other` for the rest.
macro_rules! open_kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
            /// A type we have no name for, as it was spelled.
            Other(String),
        }

        impl $name {
            /// The kind with this name, if it is a known one.
            pub fn known(word: &str) -> Option<Self> {
                match word {
                    $(stringify!($word) => Some(Self::$word),)+
                    _ => None,
                }
            }

            /// The name as it stands in `type`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$word => stringify!($word),)+
                    Self::Other(word) => word,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

open_kinds! {
    /// What was done (AS2 Vocabulary § 3.1, and a few that peers added).
    ActivityKind {
        /// A new object.
        Create,
        /// An object in its new form.
        Update,
        /// An object or an actor is gone.
        Delete,
        /// A wish to hear an actor.
        Follow,
        /// Yes to the object.
        Accept,
        /// Perhaps yes.
        TentativeAccept,
        /// No to the object.
        Reject,
        /// Perhaps no.
        TentativeReject,
        /// Takes the object activity back.
        Undo,
        /// Passes an object on.
        Announce,
        /// Approval.
        Like,
        /// Disapproval.
        Dislike,
        /// An emoji as an answer (FEP-c0e0).
        EmojiReact,
        /// Puts the object into the target collection.
        Add,
        /// Takes the object out of the target collection.
        Remove,
        /// Wants nothing to do with the object actor.
        Block,
        /// A report to the object's server.
        Flag,
        /// The object moved to the target.
        Move,
        /// Takes part in a group or event.
        Join,
        /// Takes part no longer.
        Leave,
        /// Did not look at the object.
        Ignore,
        /// Asks somebody to an event or group.
        Invite,
        /// Offers the object to the target.
        Offer,
        /// Closes a thread (Lemmy).
        Lock,
        /// Looked at the object.
        View,
        /// Asks to quote (FEP-044f).
        QuoteRequest,
        /// Asks to list an actor in a collection (FEP-7aa9).
        FeatureRequest,
    }
}

open_kinds! {
    /// What a thing is (AS2 Vocabulary § 3.3, and what peers send in its place).
    ObjectKind {
        /// A short text.
        Note,
        /// A long text.
        Article,
        /// A web page, or a post with a title.
        Page,
        /// Something that happens somewhere at a time.
        Event,
        /// A poll. AS2 calls it an activity; everybody sends it as an object.
        Question,
        /// A direct message of Pleroma and Lemmy.
        ChatMessage,
        /// A picture.
        Image,
        /// A sound.
        Audio,
        /// A film.
        Video,
        /// A file.
        Document,
        /// A location.
        Place,
        /// A description of an actor.
        Profile,
        /// How two things are related.
        Relationship,
        /// Where something was.
        Tombstone,
        /// A set.
        Collection,
        /// A list.
        OrderedCollection,
        /// A part of a set.
        CollectionPage,
        /// A part of a list.
        OrderedCollectionPage,
        /// A key on its own (FEP-521a).
        Multikey,
        /// A key on its own (Security Vocabulary v1).
        CryptographicKey,
    }
}

/// The five types of actor (AS2 Vocabulary § 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// Somebody.
    Person,
    /// A provider or a council team.
    Organization,
    /// A server, or a program.
    Application,
    /// A bot.
    Service,
    /// A group that repeats what its members say.
    Group,
}

impl ActorKind {
    /// The kind with this name.
    pub fn known(word: &str) -> Option<Self> {
        Some(match word {
            "Person" => Self::Person,
            "Organization" => Self::Organization,
            "Application" => Self::Application,
            "Service" => Self::Service,
            "Group" => Self::Group,
            _ => return None,
        })
    }

    /// The name as it stands in `type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Organization => "Organization",
            Self::Application => "Application",
            Self::Service => "Service",
            Self::Group => "Group",
        }
    }
}

impl fmt::Display for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ActorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The type of any document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Something done.
    Activity(ActivityKind),
    /// A thing.
    Object(ObjectKind),
    /// Somebody who does.
    Actor(ActorKind),
    /// A type we have no name for.
    Other(String),
}

impl Kind {
    /// The kind with this name, [`Kind::Other`] if there is none.
    pub fn of(word: &str) -> Self {
        if let Some(kind) = ActivityKind::known(word) {
            Self::Activity(kind)
        } else if let Some(kind) = ObjectKind::known(word) {
            Self::Object(kind)
        } else if let Some(kind) = ActorKind::known(word) {
            Self::Actor(kind)
        } else {
            Self::Other(word.to_owned())
        }
    }

    /// The name as it stands in `type`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Activity(kind) => kind.as_str(),
            Self::Object(kind) => kind.as_str(),
            Self::Actor(kind) => kind.as_str(),
            Self::Other(word) => word,
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
