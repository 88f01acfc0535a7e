//! Pictures of other servers, as bytes (S-088).

use std::fs::File;
use std::io::Read;

use carefolk_app::ports::{PICTURE_MAX_BYTES, PortError, Remote};
use carefolk_testkit::operator;

use crate::lab::{Lab, Peer, answer, redirect};

async fn download(lab: &Lab, url: &str) -> Result<Vec<u8>, PortError> {
    let scratch: File = tempfile::tempfile().unwrap();
    let mut file = lab.remote.download(url, scratch).await?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    Ok(bytes)
}

#[tokio::test]
async fn a_picture_is_asked_for_in_nobodys_name_and_every_hop_is_judged() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| match seen.path.as_str() {
        "/moved" => redirect(302, "/cat.jpg"),
        "/inside" => redirect(302, "http://10.0.0.5/x"),
        "/home" => redirect(302, "http://care.localhost:1/media/x/full"),
        "/loop" => redirect(302, "/loop"),
        "/none" => answer(404, "image/jpeg", "not there"),
        "/later" => answer(503, "image/jpeg", "later"),
        _ => answer(200, "text/html", "the bytes of a cat"),
    })
    .await;
    for path in ["/cat.jpg", "/moved"] {
        let bytes = download(&lab, &peer.url(path)).await.unwrap();
        assert_eq!(bytes, b"the bytes of a cat", "{path}");
    }
    for seen in peer.seen() {
        for name in ["signature", "signature-input", "cookie", "referer", "authorization"] {
            assert_eq!(seen.header(name), None, "{name}");
        }
    }
    for path in ["/inside", "/home"] {
        let refused = download(&lab, &peer.url(path)).await;
        assert!(matches!(refused, Err(PortError::Refused(_))), "{path}: {refused:?}");
    }
    for url in ["http://10.0.0.5/x", "file:///etc/passwd", "ftp://v.example/x"] {
        assert!(matches!(download(&lab, url).await, Err(PortError::Refused(_))), "{url}");
    }
    assert!(matches!(download(&lab, &peer.url("/loop")).await, Err(PortError::Invalid(_))));
    assert_eq!(download(&lab, &peer.url("/none")).await, Err(PortError::NotFound));
    let later = download(&lab, &peer.url("/later")).await;
    assert!(matches!(later, Err(PortError::Unavailable(_))), "{later:?}");
    lab.app.peers().suspend(&operator(), &peer.host()).await.unwrap();
    let refused = download(&lab, &peer.url("/cat.jpg")).await;
    assert!(matches!(refused, Err(PortError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn a_picture_is_read_up_to_what_a_picture_may_have_unpacked() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let size: usize = seen.path.trim_start_matches('/').parse().unwrap();
        answer(200, "image/jpeg", vec![b'0'; size])
    })
    .await;
    let fits = download(&lab, &peer.url(&format!("/{PICTURE_MAX_BYTES}"))).await.unwrap();
    assert_eq!(u64::try_from(fits.len()).unwrap(), PICTURE_MAX_BYTES);
    let refused = download(&lab, &peer.url(&format!("/{}", PICTURE_MAX_BYTES + 1))).await;
    assert_eq!(refused, Err(PortError::Invalid("the file is too large")));
}
