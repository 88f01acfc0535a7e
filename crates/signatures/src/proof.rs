//! Proofs inside documents (FEP-8b32): `eddsa-jcs-2022` of the Data Integrity `EdDSA` cryptosuites v1.0 of the W3C.
//!
//! A proof says that the holder of an Ed25519 key said a document, wherever it comes from. What is signed is the
//! SHA-256 of the proof without its value, then the SHA-256 of the document without its proof, each in the
//! canonical form of JSON (JCS).

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::jcs::canonical;
use crate::multikey::{base58, from_base58};
use crate::ordered::Ordered;
use crate::{PrivateKey, PublicKey, SignatureError, verify_raw};

/// The suite that is written and read here.
const SUITE: &str = "eddsa-jcs-2022";

const KIND: &str = "DataIntegrityProof";

const PURPOSE: &str = "assertionMethod";

/// The context of the words in a proof.
const CONTEXT: &str = "https://w3id.org/security/data-integrity/v2";

/// The letter for base58btc.
const BASE58BTC: char = 'z';

/// Longest value of a proof that is decoded, since the cost grows with the square; a signature takes 89.
const MAX_VALUE_CHARS: usize = 128;

/// Bytes of an Ed25519 signature.
const SIGNATURE_BYTES: usize = 64;

/// A proof that may be good: all that is missing is its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    method: String,
    expires: Option<String>,
    /// What may have been signed; more than one reading where senders differ.
    messages: Vec<Vec<u8>>,
    signature: Vec<u8>,
}

impl Proof {
    /// The id of the key, as the sender wrote it; a claim, to be canonicalised before it is looked up.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// When it stops being good, as the sender wrote it.
    pub fn expires(&self) -> Option<&str> {
        self.expires.as_deref()
    }

    /// Verifies the proof with the key that [`Self::method`] stands for.
    ///
    /// Whether the owner of the key may say what the document says is the caller's question.
    ///
    /// # Errors
    /// [`SignatureError::Refused`] when the key is not Ed25519, or the proof is not good.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if !matches!(key, PublicKey::Ed25519(_)) {
            return Err(SignatureError::Refused("the proof's key is not Ed25519"));
        }
        let is_good = |message: &Vec<u8>| verify_raw(key, message, &self.signature).is_ok();
        if self.messages.iter().any(is_good) {
            Ok(())
        } else {
            Err(SignatureError::Refused("the proof does not verify"))
        }
    }
}

/// Reads the proofs of a document that are of the kind understood here; of a list, the first `most` entries are
/// looked at.
///
/// Other suites, keys that are not at a web address, and proofs about other proofs are passed over, as FEP-8b32
/// says: they prove nothing here, and harm nothing. The caller has refused names that stand twice, and bounds the
/// size.
///
/// # Errors
/// [`SignatureError::Refused`] for a proof of this kind that cannot be good.
pub fn read_proofs(document: &str, most: usize) -> Result<Vec<Proof>, SignatureError> {
    let Some(mut document) = object(document) else {
        return Err(SignatureError::Refused("the document is not a JSON object"));
    };
    let entries = match document.remove("proof") {
        None => return Ok(Vec::new()),
        Some(Value::Array(entries)) => entries,
        Some(single) => vec![single],
    };
    // FEP-8b32: an older kind of signature beside it is not part of what is proven.
    document.remove("signature");
    let read = entries.into_iter().take(most).map(|entry| read_proof(&document, entry));
    read.filter_map(Result::transpose).collect()
}

/// One entry of `proof`, beside the document without any.
fn read_proof(
    document: &Map<String, Value>,
    entry: Value,
) -> Result<Option<Proof>, SignatureError> {
    let Value::Object(mut options) = entry else { return Ok(None) };
    let is = |name: &str, word: &str| options.get(name).and_then(Value::as_str) == Some(word);
    // With `previousProof`, other proofs would be part of what is proven.
    if !is("type", KIND) || !is("cryptosuite", SUITE) || options.contains_key("previousProof") {
        return Ok(None);
    }
    let text = |name: &str| options.get(name).and_then(Value::as_str).map(str::to_owned);
    let method = text("verificationMethod")
        .ok_or(SignatureError::Refused("the proof has no verification method"))?;
    if !(method.starts_with("https://") || method.starts_with("http://")) {
        return Ok(None);
    }
    if !is("proofPurpose", PURPOSE) {
        return Err(SignatureError::Refused("the proof is for another purpose"));
    }
    let expires = text("expires");
    let signature = options
        .remove("proofValue")
        .and_then(|value| decode(value.as_str()?))
        .ok_or(SignatureError::Refused("the proof's value is not a signature"))?;
    let messages = messages(document.clone(), options)?;
    Ok(Some(Proof { method, expires, messages, signature }))
}

/// What is proven, and when it was said.
#[derive(Clone, Copy, Debug)]
pub struct Proving<'a> {
    /// The id of the key, as the actor document gives it in `assertionMethod`.
    pub method: &'a str,
    /// The moment, as `2026-11-24T09:30:00Z`.
    pub created: &'a str,
}

/// The document with a proof at its end, and its other members in their order and as they were.
///
/// The same key, document and moment give the same bytes.
///
/// # Errors
/// [`SignatureError::Malformed`] for what is not a JSON object or has a proof already;
/// [`SignatureError::Refused`] when the key does not sign.
pub fn prove(
    key: &PrivateKey,
    text: &str,
    proving: &Proving<'_>,
) -> Result<String, SignatureError> {
    let malformed =
        || SignatureError::Malformed("only a JSON object without a proof can be proven");
    let document = object(text).filter(|document| !document.contains_key("proof"));
    let mut document = document.ok_or_else(malformed)?;
    let context = with_proofs(document.remove("@context"));
    document.insert("@context".to_owned(), context.clone());
    let members = Ordered::read(text).ok_or_else(malformed)?;
    let mut proof = Map::new();
    let mut put = |name: &str, value: Value| drop(proof.insert(name.to_owned(), value));
    put("@context", context.clone());
    put("type", KIND.into());
    put("cryptosuite", SUITE.into());
    put("verificationMethod", proving.method.into());
    put("proofPurpose", PURPOSE.into());
    put("created", proving.created.into());
    let signature = key.sign(&message(&document, &proof))?;
    proof.insert("proofValue".to_owned(), format!("{BASE58BTC}{}", base58(&signature)).into());
    let (context, proof) = (context.to_string(), canonical(&Value::Object(proof)));
    Ok(members.between(("@context", &context), ("proof", &proof)))
}

fn object(document: &str) -> Option<Map<String, Value>> {
    match serde_json::from_str(document) {
        Ok(Value::Object(document)) => Some(document),
        _ => None,
    }
}

fn decode(value: &str) -> Option<Vec<u8>> {
    if value.len() > MAX_VALUE_CHARS {
        return None;
    }
    let signature = from_base58(value.strip_prefix(BASE58BTC)?)?;
    (signature.len() == SIGNATURE_BYTES).then_some(signature)
}

/// The readings of what was signed. With a context of its own, the proof names the words of the document
/// (Data Integrity, "Verify Proof"). Without one, the context of the document may have been signed with the proof
/// unseen ("Proof Configuration"), or none.
fn messages(
    mut document: Map<String, Value>,
    mut options: Map<String, Value>,
) -> Result<Vec<Vec<u8>>, SignatureError> {
    let of_document = document.get("@context").cloned();
    if let Some(context) = options.get("@context") {
        if !begins_with(of_document.as_ref(), context) {
            return Err(SignatureError::Refused("the proof is for another context"));
        }
        document.insert("@context".to_owned(), context.clone());
        return Ok(vec![message(&document, &options)]);
    }
    let mut messages = vec![message(&document, &options)];
    if let Some(context) = of_document {
        options.insert("@context".to_owned(), context);
        messages.push(message(&document, &options));
    }
    Ok(messages)
}

/// Whether the context of a document begins with all of that of its proof.
fn begins_with(of_document: Option<&Value>, of_proof: &Value) -> bool {
    let entries = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    };
    of_document.is_some_and(|context| entries(context).starts_with(&entries(of_proof)))
}

/// The context with the words of proofs, before definitions that stand in the document itself.
fn with_proofs(context: Option<Value>) -> Value {
    let mut entries = match context {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(single) => vec![single],
    };
    if !entries.iter().any(|entry| entry == CONTEXT) {
        let at = entries.iter().position(Value::is_object).unwrap_or(entries.len());
        entries.insert(at, CONTEXT.into());
    }
    Value::Array(entries)
}

/// What is signed.
fn message(document: &Map<String, Value>, options: &Map<String, Value>) -> Vec<u8> {
    let hash = |members: &Map<String, Value>| {
        digest(&SHA256, canonical(&Value::Object(members.clone())).as_bytes())
    };
    [hash(options).as_ref(), hash(document).as_ref()].concat()
}

#[cfg(test)]
mod tests;
