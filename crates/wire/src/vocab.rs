//! The URLs of the vocabularies we use. Property names stand in the structs of [`crate::write`].

/// Everybody (`ActivityPub` § 5.6), in the one spelling we send and store.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Spellings of [`PUBLIC`] that `ActivityPub` § 5.6 allows as well.
pub const PUBLIC_SHORT: [&str; 2] = ["Public", "as:Public"];

/// The AS2 namespace; its terms are `…#Note` and so on.
pub const AS_NAMESPACE: &str = "https://www.w3.org/ns/activitystreams#";

/// The AS2 context.
pub const CONTEXT_AS: &str = "https://www.w3.org/ns/activitystreams";

/// The context of `publicKey` (Security Vocabulary v1).
pub const CONTEXT_SECURITY: &str = "https://w3id.org/security/v1";

/// The context of `assertionMethod` (FEP-521a).
pub const CONTEXT_DID: &str = "https://www.w3.org/ns/did/v1";

/// The context of `Multikey` (FEP-521a).
pub const CONTEXT_MULTIKEY: &str = "https://w3id.org/security/multikey/v1";

/// The term behind `webfinger` (FEP-2c59).
pub const TERM_WEBFINGER: &str = "https://purl.archive.org/socialweb/webfinger#webfinger";

/// The term behind `implements` (FEP-844e).
pub const TERM_IMPLEMENTS: &str = "https://w3id.org/fep/844e#implements";

/// The namespace of `GoToSocial`, of `interactionPolicy` and what belongs to it.
pub const GTS_NAMESPACE: &str = "https://gotosocial.org/ns#";

/// What shows that a quote was allowed (FEP-044f).
pub const TERM_QUOTE_AUTHORIZATION: &str = "https://w3id.org/fep/044f#QuoteAuthorization";

/// A wish to quote (FEP-044f).
pub const TERM_QUOTE_REQUEST: &str = "https://w3id.org/fep/044f#QuoteRequest";

/// Mastodon's namespace, of `discoverable`, `indexable`, `featured` and
/// `votersCount`.
pub const TOOT_NAMESPACE: &str = "http://joinmastodon.org/ns#";

/// The media type we send (`ActivityPub` § 3.2 allows it beside the longer one).
pub const MEDIA_TYPE: &str = "application/activity+json";

/// The longer media type, with its profile (AS2 § 8).
pub const MEDIA_TYPE_LD: &str =
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The link relation in NodeInfo's index that leads to the instance actor (FEP-2677).
pub const REL_APPLICATION: &str = "https://www.w3.org/ns/activitystreams#Application";

/// The link relation of NodeInfo 2.0 (its schema's URL).
pub const REL_NODEINFO_2_0: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";

/// The link relation of NodeInfo 2.1.
pub const REL_NODEINFO_2_1: &str = "http://nodeinfo.diaspora.software/ns/schema/2.1";

/// The link relation from an address to its actor (RFC 7033, by convention of the fediverse).
pub const REL_SELF: &str = "self";

/// The link relation from an address to its page.
pub const REL_PROFILE_PAGE: &str = "http://webfinger.net/rel/profile-page";

/// The link relation with the template for following from elsewhere.
pub const REL_SUBSCRIBE: &str = "http://ostatus.org/schema/1.0/subscribe";

/// What FEP-844e lists for RFC 9421.
pub const IMPLEMENTS_RFC9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";
