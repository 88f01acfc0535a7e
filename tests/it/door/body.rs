//! What is in the parcel (S-024, S-026).

use super::{Case, Door, heard, refused};
use crate::knock::Knock;

fn of_type(door: &Door, media_type: &str) -> Knock {
    door.vics(&door.dislike(&door.vic)).with("content-type", media_type)
}

#[tokio::test]
async fn s_024_only_activitystreams_is_read() {
    let door = Door::new().await;
    let profile = "https://www.w3.org/ns/activitystreams";
    let good = [
        "application/activity+json".to_owned(),
        "application/activity+json; charset=utf-8".to_owned(),
        "Application/Activity+JSON ;  charset=UTF-8".to_owned(),
        format!("application/ld+json; profile=\"{profile}\""),
        format!("application/ld+json;profile=\"{profile}\";charset=utf-8"),
        format!("application/ld+json ; PROFILE=\"{profile}\""),
    ];
    let cases = good.map(|media| heard(media.clone(), of_type(&door, &media)));
    door.judge("S-024", cases).await;
    let bad = [
        "text/plain",
        "text/html",
        "application/json",
        "application/ld+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ];
    let cases = bad.map(|media| refused(media, of_type(&door, media), 415));
    door.judge("S-024", cases).await;
    let missing = door.vics(&door.dislike(&door.vic)).without("content-type");
    let twice = of_type(&door, "application/activity+json").and("content-type", "text/plain");
    let cases = [refused("missing", missing, 415), refused("two", twice, 400)];
    door.judge("S-024", cases).await;
}

#[tokio::test]
async fn s_026_what_is_packed_is_not_unpacked() {
    let door = Door::new().await;
    let packed = |coding: &str| -> Case {
        let knock = door.vics(&door.dislike(&door.vic)).with("content-encoding", coding);
        refused(coding, knock, 415)
    };
    let cases = ["gzip", "GZIP", "br", "deflate", "gzip, gzip", "x-gzip"].map(packed);
    door.judge("S-026", cases).await;
    let plain = door.vics(&door.dislike(&door.vic)).with("content-encoding", "identity");
    door.judge("S-026", [heard("identity", plain)]).await;
}
