//! What who keeps order in a group does in it (FEP-1b12), as Lemmy reads it.

use serde::Serialize;

use super::activity::{Activity, Object};
use crate::kind::ActivityKind;
use crate::time::{self, Millis};

/// How somebody may not write in a group any more (FEP-1b12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// AS2: when that ends, if it does.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Millis>,
    /// The same, as Lemmy 0.19 reads it.
    #[serde(serialize_with = "time::serialize", skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// Whether what they wrote goes as well.
    pub remove_data: bool,
}

/// Who did something in a group by keeping order in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Who did.
    pub by: String,
    /// The group.
    pub group: String,
}

impl Activity {
    /// Who keeps order in a group does something in it, for everybody who follows it; say the id first.
    fn of_order(id: impl Into<String>, kind: ActivityKind, deed: Deed, object: String) -> Self {
        let Deed { by, group } = deed;
        let order = Self::new(id, kind, by, Object::Iri(object));
        Self { audience: Some(group.clone()), ..order }
            .addressed(vec![crate::PUBLIC.to_owned()], vec![group])
    }

    /// Nobody answers in that conversation any more (FEP-1b12).
    pub fn lock(id: impl Into<String>, deed: Deed, post: String) -> Self {
        Self::of_order(id, ActivityKind::Lock, deed, post)
    }

    /// A conversation comes into a list of its group (FEP-1b12).
    pub fn add_in_group(
        id: impl Into<String>,
        deed: Deed,
        post: String,
        collection: String,
    ) -> Self {
        let add = Self::of_order(id, ActivityKind::Add, deed, post);
        Self { target: Some(collection), ..add }
    }

    /// It leaves the list again (FEP-1b12).
    pub fn remove_in_group(
        id: impl Into<String>,
        deed: Deed,
        post: String,
        collection: String,
    ) -> Self {
        let add = Self::add_in_group(id, deed, post, collection);
        Self { kind: ActivityKind::Remove, ..add }
    }

    /// Somebody may not write in a group any more, until then if there is an end (FEP-1b12).
    pub fn ban(id: impl Into<String>, deed: Deed, who: String, until: Option<Millis>) -> Self {
        let target = Some(deed.group.clone());
        let ban = Ban { end_time: until, expires: until, remove_data: false };
        let block = Self::of_order(id, ActivityKind::Block, deed, who);
        Self { target, ban: Some(ban), ..block }
    }
}
