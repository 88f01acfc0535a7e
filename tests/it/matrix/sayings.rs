//! What is said in the community of the scene, beside plain words.

use std::io::{Seek, Write};

use carefolk_app::Caller;
use carefolk_app::pictures::NewPicture;
use carefolk_app::posts::{NewPoll, NewPost, PostRef, PostView};
use carefolk_domain::Focus;
use carefolk_testkit::{Kit, PIXEL, operator, shared_key};

use super::scene::{INSIDE, Scene};

impl Scene {
    /// A poll of Ann's, in which Ben votes.
    pub(super) async fn poll(&self, question: NewPost, option: String) -> PostView {
        let (ann, ben) = (self.as_person("ann").await, self.as_person("ben").await);
        let options = vec![option, "no".to_owned()];
        let poll = Some(NewPoll { options, multiple: false, open_for: None });
        let poll = self.town.publish(&ann, NewPost { poll, ..question }).await;
        self.town.app.posts().vote(&ben, "ben", &PostRef::Id(poll.id), &[0]).await.unwrap();
        poll
    }

    /// A picture of a post of Ann's. That it is shown is known by the mark that an answer gives it.
    pub(super) async fn picture(&mut self, ann: &Caller, description: String) -> NewPicture {
        let mut file = self.town.app.pictures().scratch(ann).await.unwrap();
        file.write_all(PIXEL).unwrap();
        file.rewind().unwrap();
        let key = self.town.app.pictures().take_in(ann, file).await.unwrap().key;
        let shared = shared_key(&self.town.app, &key).await;
        let secret = |key: &str| format!("{key}-full\"");
        self.secret(&secret(&key), &INSIDE, &["mo", "ben"], None);
        self.secret(&secret(&shared), &[], &[], None);
        self.pictures.extend([key.clone(), shared]);
        NewPicture { key, description: Some(description), focus: Focus::Middle }
    }

    /// What Ann says where moderators read first: they and she see it, and nobody else.
    pub(super) async fn wait(&mut self) {
        let groups = self.town.app.groups();
        for name in ["ann", "ben", "left"] {
            groups.invite(&operator(), "slow", name).await.unwrap();
            groups.join(&operator(), name, "slow").await.unwrap();
        }
        let ann = self.as_person("ann").await;
        let new = NewPost { group: Some("slow".to_owned()), ..Kit::words("ann", "zqwaits") };
        self.town.app.posts().submit(&ann, new).await.unwrap();
        self.secret("zqwaits", &["mo", "molly", "ann"], &["mo", "ann"], None);
    }
}
