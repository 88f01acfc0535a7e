//! The proof inside an activity (FEP-8b32): one that is there has to be true.
//!
//! It comes beside the signature of the request and never in its place: what is forwarded by others
//! is not believed here.

use carefolk_domain::uri;
use carefolk_httpkit::Problem;
use carefolk_signatures::{Proof, SignatureError, read_proofs};
use carefolk_wire::read;
use http::StatusCode;

use super::knock::{Knock, Speaker};
use super::refusal::unproven;
use crate::fetched_proofs::{PROOFS_MAX, is_over};
use crate::state::State;

/// Checks the proofs of an activity whose sender is known already.
///
/// Kinds that are not understood and proofs that ran out are passed over, as FEP-8b32 says.
pub(super) async fn check_proofs(state: &State, knock: &Knock) -> Result<(), Problem> {
    if !knock.has_proof {
        return Ok(());
    }
    let proofs = read_proofs(&knock.body, PROOFS_MAX).map_err(unread)?;
    for proof in proofs.iter().filter(|proof| !is_over(proof, state.now())) {
        check_one(state, knock, proof).await?;
    }
    Ok(())
}

async fn check_one(state: &State, knock: &Knock, proof: &Proof) -> Result<(), Problem> {
    let key_uri = read::canonical_key_id_in(proof.method(), state.network())
        .map_err(|_bad| unproven("the proof's key has no good id"))?;
    if !uri::same_origin(&key_uri, &knock.speaker.actor) {
        return Err(unproven("the proof's key is on another host than the actor"));
    }
    let speaker = Speaker { key_uri, says_farewell: false, ..knock.speaker.clone() };
    match state.verify(&speaker, proof).await {
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            Err(unproven("the proof is not the actor's"))
        }
        other => other.map(|_verified| ()),
    }
}

/// Why a proof cannot be held against anything.
fn unread(error: SignatureError) -> Problem {
    match error {
        SignatureError::Refused(why) | SignatureError::Malformed(why) => unproven(why),
        SignatureError::Missing | SignatureError::WrongHost => unproven("the proof cannot be read"),
    }
}
