//! What is said in the community of the scene, beside plain words.

use std::io::{Seek, Write};

use carefolk_app::Caller;
use carefolk_app::groups::ChangeGroup;
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
        let picture = self.take_in(ann, description).await;
        self.hide_picture(&picture, &INSIDE, &["mo", "ben"]).await;
        picture
    }

    /// The picture of a private group is for who knows of the group.
    pub(super) async fn portrait(&mut self, group: &str, knows: &[&'static str]) {
        let mo = self.as_person("mo").await;
        let picture = self.take_in(&mo, "zqportrait".to_owned()).await;
        self.hide_picture(&picture, knows, &["ben", "invited"]).await;
        self.secret("zqportrait", knows, &["ben", "invited"], None);
        let (handle, picture) = (group.to_owned(), Some(vec![picture]));
        let change = ChangeGroup { handle, picture, ..ChangeGroup::default() };
        self.town.app.groups().change(&mo, change).await.unwrap();
    }

    async fn take_in(&self, by: &Caller, description: String) -> NewPicture {
        let mut file = self.town.app.pictures().scratch(by).await.unwrap();
        file.write_all(PIXEL).unwrap();
        file.rewind().unwrap();
        let key = self.town.app.pictures().take_in(by, file).await.unwrap().key;
        NewPicture { key, description: Some(description), focus: Focus::Middle }
    }

    async fn hide_picture(
        &mut self,
        picture: &NewPicture,
        seen_by: &[&'static str],
        found_by: &[&'static str],
    ) {
        let (key, app) = (&picture.key, &self.town.app);
        let shared = shared_key(app, key).await;
        let secret = |key: &str| format!("{key}-full\"");
        self.secret(&secret(key), seen_by, found_by, None);
        self.secret(&secret(&shared), &[], &[], None);
        self.pictures.extend([key.clone(), shared]);
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
