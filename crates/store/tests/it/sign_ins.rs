//! Tries to sign in, counted for all processes together.

use carefolk_domain::Span;
use carefolk_store::dialect::count_sign_in;

use crate::database::fresh;
use crate::given::{NOW, in_tx};

#[tokio::test]
async fn tries_add_up_until_the_window_is_over() {
    let db = fresh("sign_ins").await;
    let window = Span::minutes(15);
    let count = async |who: &[u8], now| {
        in_tx(&db, async |tx| count_sign_in(tx, who, now, now - window).await.unwrap()).await
    };
    assert_eq!(count(b"ann", NOW).await, (NOW, 1));
    assert_eq!(count(b"ann", NOW + Span::minutes(14)).await, (NOW, 2));
    assert_eq!(count(b"bo", NOW + Span::minutes(14)).await, (NOW + Span::minutes(14), 1));
    let later = NOW + Span::minutes(15);
    assert_eq!(count(b"ann", later).await, (later, 1));
}
