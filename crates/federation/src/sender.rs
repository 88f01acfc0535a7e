//! Posting one activity to one inbox (P7).

use std::sync::Arc;
use std::time::Duration;

use carefolk_app::ports::{Parcel, PortError, Receipt};
use carefolk_domain::{Moment, Span, uri};
use carefolk_wire::synchronization;
use http::Method;
use reqwest::Request;
use url::Url;

use crate::errand::{Errands, add_headers};
use crate::reach::connector::{Answer, Excess};
use crate::reach::media_type::ACTIVITY_JSON;
use crate::signer::{Dialect, Draft};

/// How long a delivery may take: Lemmy's inbox may take nine seconds, and Mastodon's longer.
const DELIVER_WITHIN: Duration = Duration::from_secs(20);

/// How much of an answer is read, so that its connection can be used again.
const ANSWER_MAX_BYTES: usize = 64 * 1024;

/// Posts activities.
pub(crate) struct Sender {
    errands: Arc<Errands>,
}

impl Sender {
    pub(crate) fn new(errands: Arc<Errands>) -> Self {
        Self { errands }
    }

    /// Posts `parcel`, in the dialect its host took last time; a host that refuses it is asked in
    /// the other one at once.
    pub(crate) async fn deliver(&self, parcel: &Parcel) -> Receipt {
        let url = match self.admit(&parcel.inbox).await {
            Ok(url) => url,
            // The fault of an address is its server's; that our own database fails is not.
            Err(error @ PortError::Unavailable(_)) => {
                return Receipt::NotSent { why: error.to_string() };
            }
            Err(error) => return no_answer(&error),
        };
        let first = Dialect::remembered(parcel.profile.as_deref());
        let mut receipt = self.post(parcel, &url, first).await;
        if matches!(status_of(&receipt), Some(400 | 401)) {
            let again = self.post(parcel, &url, first.other()).await;
            // If that is refused as well, the first answer is the one that counts.
            if matches!(again, Receipt::Accepted { .. }) {
                receipt = again;
            }
        }
        receipt
    }

    async fn admit(&self, inbox: &str) -> Result<Url, PortError> {
        let url = self.errands.connector.policy().parse(inbox)?;
        let host = uri::host(url.as_str()).ok_or(PortError::Refused("no host"))?;
        if self.errands.circle.is_open_to(&host).await? {
            Ok(url)
        } else {
            Err(PortError::Refused("a peer we do not talk with"))
        }
    }

    async fn post(&self, parcel: &Parcel, url: &Url, dialect: Dialect) -> Receipt {
        let now = self.errands.clock.now();
        let request = match self.request(parcel, url, dialect, now).await {
            Ok(request) => request,
            Err(error) => return Receipt::NotSent { why: error.to_string() },
        };
        let exchange =
            Box::pin(self.errands.connector.exchange(request, ANSWER_MAX_BYTES, Excess::Cut));
        match tokio::time::timeout(parcel.within.min(DELIVER_WITHIN), exchange).await {
            Ok(Ok(answer)) => judge(&answer, dialect, now),
            Ok(Err(error)) => no_answer(&error),
            Err(_elapsed) => Receipt::Failed { status: None, why: "no answer in time".to_owned() },
        }
    }

    async fn request(
        &self,
        parcel: &Parcel,
        url: &Url,
        dialect: Dialect,
        now: Moment,
    ) -> Result<Request, PortError> {
        let body = Arc::clone(&parcel.body);
        let draft = Draft {
            method: "POST",
            url: url.clone(),
            body: Some(Arc::clone(&body)),
            media_type: ACTIVITY_JSON,
            date_ms: now.0,
            more: parcel.synchronization.clone().map(|text| (synchronization::HEADER, text)),
        };
        let headers = self.errands.signer.sign(&parcel.key, dialect, draft).await?;
        let mut request = Request::new(Method::POST, url.clone());
        add_headers(&mut request, headers)?;
        *request.body_mut() = Some(bytes::Bytes::from_owner(Body(body)).into());
        Ok(request)
    }
}

/// One activity goes to many inboxes: they share its bytes.
struct Body(Arc<str>);

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn no_answer(error: &PortError) -> Receipt {
    Receipt::Failed { status: None, why: error.to_string() }
}

fn status_of(receipt: &Receipt) -> Option<u16> {
    match receipt {
        Receipt::Refused { status } | Receipt::Rejected { status } => Some(*status),
        _ => None,
    }
}

/// What an answer means.
fn judge(answer: &Answer, dialect: Dialect, now: Moment) -> Receipt {
    let status = answer.status.as_u16();
    match status {
        200..=299 => Receipt::Accepted { status, profile: Some(dialect.name().to_owned()) },
        400 | 413 | 422 => Receipt::Rejected { status },
        404 => Receipt::NotFound,
        410 => Receipt::Gone,
        429 | 503 => Receipt::Throttled {
            status,
            retry_after: answer.retry_after.as_deref().and_then(|text| retry_after(text, now)),
        },
        408 | 425 | 300..=399 | 500..=599 => {
            Receipt::Failed { status: Some(status), why: format!("status {status}") }
        }
        // 401 and 403, and what a proxy or a page of maintenance may answer: it can pass.
        _ => Receipt::Refused { status },
    }
}

/// `Retry-After` in either form (RFC 9110, 10.2.3); what is in the past or unreadable is none.
fn retry_after(text: &str, now: Moment) -> Option<Span> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Span::seconds(i64::try_from(seconds.min(SECONDS_MAX)).unwrap_or(0)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let since_1970 = until.duration_since(std::time::UNIX_EPOCH).ok()?;
    let until = Moment(i64::try_from(since_1970.as_millis()).ok()?);
    Some(until - now).filter(|wait| *wait > Span::ZERO)
}

/// A century: enough that the application's own cap decides, and no sum overflows.
const SECONDS_MAX: u64 = 100 * 366 * 24 * 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        // 2026-11-22T12:00:00Z
        let now = Moment(1_795_348_800_000);
        for (text, wait) in [
            ("7", Some(Span::seconds(7))),
            (" 120 ", Some(Span::seconds(120))),
            ("Sun, 22 Nov 2026 12:01:00 GMT", Some(Span::minutes(1))),
            ("Sun, 22 Nov 2026 11:00:00 GMT", None),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), wait, "{text}");
        }
        assert!(retry_after("99999999999999999", now).unwrap() > Span::days(3_650));
    }
}
