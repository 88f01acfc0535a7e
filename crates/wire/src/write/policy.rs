//! Who may answer and quote, as GoToSocial and FEP-044f write it, and what answers a wish to quote.

use serde::Serialize;

use super::context::{Context, Term};
use super::frame;

/// `interactionPolicy` of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InteractionPolicy {
    /// FEP-044f: who may quote.
    can_quote: Approval,
    /// `GoToSocial`: who may answer.
    can_reply: Approval,
}

/// Who need not ask first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Approval {
    automatic_approval: [String; 1],
}

impl InteractionPolicy {
    /// The collection or actor that may quote, and the one that may answer.
    pub fn new(quotes: String, replies: String) -> Self {
        let approval = |who| Approval { automatic_approval: [who] };
        Self { can_quote: approval(quotes), can_reply: approval(replies) }
    }

    pub(super) fn add_terms(context: Context) -> Context {
        let terms =
            [Term::InteractionPolicy, Term::CanQuote, Term::CanReply, Term::AutomaticApproval];
        terms.into_iter().fold(context, |context, term| context.term(term, true.into()))
    }
}

/// A wish to quote, as an answer echoes it (FEP-044f).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub struct QuoteRequest {
    /// The id its sender gave it.
    pub id: String,
    /// Who wants to quote.
    pub actor: String,
    /// What is to be quoted.
    pub object: String,
    /// The post that quotes.
    pub instrument: String,
}

/// What shows that a quote was allowed (FEP-044f).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub struct QuoteAuthorization {
    id: String,
    attributed_to: String,
    interacting_object: String,
    interaction_target: String,
}

impl QuoteAuthorization {
    /// The stamp at `id`, by the author of `target`, for `quoting`.
    pub fn new(id: String, author: String, quoting: String, target: String) -> Self {
        let (interacting_object, interaction_target) = (quoting, target);
        Self { id, attributed_to: author, interacting_object, interaction_target }
    }

    /// The document as it is served.
    pub fn to_json(&self) -> String {
        let terms = [Term::QuoteAuthorization, Term::InteractingObject, Term::InteractionTarget];
        let add = |context: Context, term| context.term(term, true.into());
        frame(&terms.into_iter().fold(Context::plain(), add), self)
    }
}
