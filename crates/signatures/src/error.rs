//! The one error of this crate.

/// Why a signature or a key is not accepted; the text is for our log, never for the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature at all: 401.
    #[error("the request carries no signature")]
    Missing,
    /// The request can be read in two ways, or not at all: 400.
    #[error("the signature headers are malformed: {0}")]
    Malformed(&'static str),
    /// The signature or the key proves nothing: 401.
    #[error("the signature is refused: {0}")]
    Refused(&'static str),
    /// The request is addressed to a host that is not ours: 421.
    #[error("the request is addressed to another host")]
    WrongHost,
}
