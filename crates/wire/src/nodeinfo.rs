//! NodeInfo 2.0 and 2.1: what a server is.

use serde::Serialize;

use crate::read;
use crate::vocab;

/// The longest name or version of software taken from others, in characters.
const MAX_WORD_CHARS: usize = 100;

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Version {
    /// 2.0; what everybody reads.
    #[serde(rename = "2.0")]
    V2_0,
    /// 2.1: adds where the source is.
    #[serde(rename = "2.1")]
    V2_1,
}

impl Version {
    /// The number, as in our paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
        }
    }

    /// The link relation.
    pub fn rel(self) -> &'static str {
        match self {
            Self::V2_0 => vocab::REL_NODEINFO_2_0,
            Self::V2_1 => vocab::REL_NODEINFO_2_1,
        }
    }

    /// The media type (NodeInfo, "Protocol").
    pub fn media_type(self) -> String {
        format!("application/json; profile=\"{}#\"", self.rel())
    }
}

/// `/.well-known/nodeinfo`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Documents, and the instance's actor.
    pub links: Vec<IndexLink>,
}

/// One link of an [`Index`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexLink {
    /// What the target is.
    pub rel: String,
    /// Where it is.
    pub href: String,
}

impl Index {
    /// Both documents under `base_url` (no slash at the end), and the instance's actor (FEP-2677).
    pub fn new(base_url: &str, application: Option<&str>) -> Self {
        let documents = [Version::V2_0, Version::V2_1].map(|version| IndexLink {
            rel: version.rel().to_owned(),
            href: format!("{base_url}/nodeinfo/{}", version.as_str()),
        });
        let application = application.map(|actor| IndexLink {
            rel: vocab::REL_APPLICATION.to_owned(),
            href: actor.to_owned(),
        });
        Self { links: documents.into_iter().chain(application).collect() }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        // Only strings: nothing that could fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// `/nodeinfo/2.0` or `/nodeinfo/2.1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Which schema.
    pub version: Version,
    /// What runs here.
    pub software: Software,
    /// Always `activitypub`.
    protocols: [&'static str; 1],
    /// Always none.
    services: Services,
    /// Whether anybody may make an account.
    pub open_registrations: bool,
    /// How much it is used.
    pub usage: Usage,
    /// More about it.
    pub metadata: Metadata,
}

/// What runs here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Software {
    /// Lower case, for ever.
    pub name: String,
    /// The version.
    pub version: String,
    /// Where the source is; 2.1 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Services {
    inbound: [&'static str; 0],
    outbound: [&'static str; 0],
}

/// How much a server is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Accounts.
    pub users: Users,
    /// Posts made here.
    pub local_posts: u64,
}

/// Accounts in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// All of them.
    pub total: u64,
    /// Seen within 180 days; left out if not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_halfyear: Option<u64>,
    /// Seen within 30 days; left out if not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_month: Option<u64>,
}

/// More about a server; both schemas leave this open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// About itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_description: Option<String>,
}

impl Document {
    /// A document; the repository is left out of 2.0, whose schema has no room for it.
    pub fn new(version: Version, software: Software, usage: Usage, metadata: Metadata) -> Self {
        let repository = software.repository.filter(|_| version == Version::V2_1);
        Self {
            version,
            software: Software { repository, ..software },
            protocols: ["activitypub"],
            services: Services::default(),
            open_registrations: false,
            usage,
            metadata,
        }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        // Strings and whole numbers: nothing that could fail to be JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What another server says it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The software's name, lower case.
    pub name: String,
    /// Its version, if it is a string.
    pub version: Option<String>,
}

/// Where the newest document we read is, out of another server's index.
pub fn document_url(index: &read::Document) -> Option<&str> {
    let href = |rel: &str| {
        let links = index.list("links").iter().filter_map(read::Value::as_object);
        links.into_iter().find(|link| link.text("rel") == Some(rel))?.text("href")
    };
    href(vocab::REL_NODEINFO_2_1).or_else(|| href(vocab::REL_NODEINFO_2_0))
}

/// What another server says it runs, out of its document.
pub fn software(document: &read::Document) -> Option<Heard> {
    let software = document.get("software")?.as_object()?;
    let word = |name: &str| {
        let text = software.text(name)?;
        let plain = text.chars().filter(|c| !c.is_control()).take(MAX_WORD_CHARS);
        Some(plain.collect::<String>()).filter(|word| !word.is_empty())
    };
    Some(Heard { name: word("name")?.to_ascii_lowercase(), version: word("version") })
}
