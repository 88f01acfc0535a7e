//! Two communities, one of which has a provider that somebody of the other follows.

use carefolk_app::posts::PostView;
use carefolk_app::{Caller, Page};
use carefolk_domain::Address;
use carefolk_store::entity::delivery::DeliveryState;

use crate::town::{Town, clock, settle};

/// Hazelbank, a provider in Alder with a nurse in its team, and Fan in Birch, who follows it.
pub(crate) struct Pair {
    pub(crate) alder: Town,
    pub(crate) birch: Town,
    pub(crate) nurse: Caller,
    pub(crate) fan: Caller,
    pub(crate) clock: std::sync::Arc<carefolk_testkit::MockClock>,
}

impl Pair {
    pub(crate) async fn strangers() -> Self {
        let clock = clock();
        let alder = Town::watched("alder", &clock).await;
        let birch = Town::watched("birch", &clock).await;
        let nurse = alder.account("nurse").await;
        alder.provider("hazelbank", "nurse").await;
        let fan = birch.account("fan").await;
        Self { alder, birch, nurse, fan, clock }
    }

    pub(crate) async fn new() -> Self {
        let pair = Self::strangers().await;
        pair.follow().await;
        pair.settle().await;
        pair
    }

    /// Hazelbank, as somebody in Birch writes it.
    pub(crate) fn hazelbank(&self) -> Address {
        Address::parse(&format!("hazelbank@{}", self.alder.host)).unwrap()
    }

    pub(crate) async fn follow(&self) {
        self.birch.app.follows().follow(&self.fan, "fan", &self.hazelbank()).await.unwrap();
    }

    pub(crate) async fn settle(&self) {
        settle(&[&self.alder, &self.birch]).await;
    }

    /// Hazelbank says something to everybody.
    pub(crate) async fn say(&self, text: &str) -> PostView {
        self.alder.post(&self.nurse, "hazelbank", text).await
    }

    pub(crate) async fn followers(&self) -> u64 {
        self.alder.app.actors().find_local("hazelbank").await.unwrap().followers
    }

    /// The texts in Fan's home, the newest first.
    pub(crate) async fn home(&self) -> Vec<String> {
        let Caller::Member(member) = &self.fan else { panic!("Fan has no account") };
        let page = self.birch.app.timelines().home(member, Page::first(20)).await.unwrap();
        page.posts.iter().map(|post| post.html.to_plain()).collect()
    }

    pub(crate) async fn waiting(&self) -> u64 {
        self.alder.app.outbox().count(DeliveryState::Waiting).await.unwrap()
    }
}
