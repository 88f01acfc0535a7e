//! The proof inside an activity (FEP-8b32): one that is there has to be true.
//!
//! It comes beside the signature of the request and never in its place: what is forwarded by others
//! is not believed here.

use carefolk_domain::{Moment, uri};
use carefolk_httpkit::Problem;
use carefolk_signatures::{Proof, SignatureError, read_proof};
use carefolk_wire::{read, time};
use http::StatusCode;

use super::knock::{Knock, Speaker};
use super::refusal::unproven;
use crate::state::State;

/// Checks the proof of an activity whose sender is known already.
///
/// Kinds that are not understood and proofs that ran out are passed over, as FEP-8b32 says.
pub(super) async fn check_proof(state: &State, knock: &Knock) -> Result<(), Problem> {
    if !knock.has_proof {
        return Ok(());
    }
    let proof = read_proof(&knock.body).map_err(unread)?;
    let Some(proof) = proof.filter(|proof| !is_over(proof, state.now())) else { return Ok(()) };
    let key_uri = read::canonical_key_id_in(proof.method(), state.network())
        .map_err(|_bad| unproven("the proof's key has no good id"))?;
    if !uri::same_origin(&key_uri, &knock.speaker.actor) {
        return Err(unproven("the proof's key is on another host than the actor"));
    }
    let speaker = Speaker { key_uri, says_farewell: false, ..knock.speaker.clone() };
    match state.verify(&speaker, &proof).await {
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            Err(unproven("the proof is not the actor's"))
        }
        other => other.map(|_verified| ()),
    }
}

/// Whether a proof ran out, or says so in a way that cannot be read.
fn is_over(proof: &Proof, now: Moment) -> bool {
    let until = proof.expires().map(|text| time::parse(text).map(Moment));
    until.is_some_and(|until| until.is_none_or(|until| until < now))
}

/// Why a proof cannot be held against anything.
fn unread(error: SignatureError) -> Problem {
    match error {
        SignatureError::Refused(why) | SignatureError::Malformed(why) => unproven(why),
        SignatureError::Missing | SignatureError::WrongHost => unproven("the proof cannot be read"),
    }
}
