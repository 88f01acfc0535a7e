//! Lists of posts, newest first: the community's page, one's own, an actor's, a hashtag's.
//!
//! Invariant: home timelines are rows written when a post arrives, for accounts seen in the last
//! 14 days; whoever comes back later has theirs written anew.

use std::collections::HashMap;

use carefolk_domain::text::fold_hashtag;
use carefolk_domain::{ActorId, ActorKind, ActorState, Audience, PostId};
use carefolk_store::entity::{actor, hashtag, home as home_row, post, post_hashtag};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::App;
use crate::actors::queries as actors;
use crate::homes::followees;
use crate::kernel::caller::{Caller, Member};
use crate::kernel::{error::Error, page::Page};
use crate::posts::visible::{hidden_actors, visible_to};
use crate::posts::{PostView, views};

/// The handle of this capability.
pub struct Timelines<'a>(pub(crate) &'a App);

/// A page of posts.
#[derive(Clone, Debug)]
pub struct PostPage {
    /// The posts, the newest first.
    pub posts: Vec<PostView>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

impl Timelines<'_> {
    /// What anybody sees: public posts of local providers and of those the instance follows.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn public(&self, viewer: &Caller, page: Page) -> Result<PostPage, Error> {
        let instance = self.0.instance().actor_id().await?;
        let providers = actor::Entity::find()
            .select_only()
            .column(actor::Column::Id)
            .filter(actor::Column::DomainId.is_not_null())
            .filter(actor::Column::Kind.eq(ActorKind::Organization))
            .filter(actor::Column::State.eq(ActorState::Active))
            .into_query();
        let query = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::Audience.eq(Audience::Public))
            .filter(post::Column::InReplyToUri.is_null())
            .filter(
                Condition::any()
                    .add(post::Column::ActorId.in_subquery(providers))
                    .add(post::Column::ActorId.in_subquery(followees(instance))),
            );
        self.page(viewer, query, page).await
    }

    /// A member's own page: their posts and those of whom they follow.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn home(&self, member: &Member, page: Page) -> Result<PostPage, Error> {
        let viewer = Caller::Member(member.clone());
        let mine = home_row::Entity::find()
            .select_only()
            .column(home_row::Column::PostId)
            .filter(home_row::Column::AccountId.eq(member.account))
            .filter(
                Condition::any()
                    .add(home_row::Column::BoostedBy.is_null())
                    .add(home_row::Column::BoostedBy.not_in_subquery(hidden_actors())),
            )
            .into_query();
        let query = post::Entity::find()
            .filter(visible_to(&viewer))
            .filter(post::Column::Id.in_subquery(mine));
        let mut page = self.page(&viewer, query, page).await?;
        self.say_who_passed_on(member, &mut page.posts).await?;
        Ok(page)
    }

    /// Writes at each post who brought it into the member's home, if that is why it is there.
    async fn say_who_passed_on(
        &self,
        member: &Member,
        posts: &mut [PostView],
    ) -> Result<(), Error> {
        let rows = home_row::Entity::find()
            .filter(home_row::Column::AccountId.eq(member.account))
            .filter(home_row::Column::PostId.is_in(posts.iter().map(|post| post.id)))
            .filter(home_row::Column::BoostedBy.is_not_null())
            .all(self.0.read())
            .await?;
        let ids = rows.iter().filter_map(|row| row.boosted_by);
        let people =
            actor::Entity::find().filter(actor::Column::Id.is_in(ids)).all(self.0.read()).await?;
        let people: HashMap<ActorId, actor::Model> =
            people.into_iter().map(|person| (person.id, person)).collect();
        let by: HashMap<PostId, &actor::Model> = rows
            .iter()
            .filter_map(|row| Some((row.post_id, people.get(&row.boosted_by?)?)))
            .collect();
        for post in posts {
            let who = by.get(&post.id).map(|person| (*person).clone());
            post.boosted_by = who.map(actors::view);
        }
        Ok(())
    }

    /// What an actor said, without its replies to others, and without what it said among the members of a group:
    /// that is read there.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn profile(
        &self,
        viewer: &Caller,
        actor: ActorId,
        page: Page,
    ) -> Result<PostPage, Error> {
        let query = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::ActorId.eq(actor))
            .filter(post::Column::Audience.ne(Audience::Group))
            .filter(post::Column::InReplyToUri.is_null());
        self.page(viewer, query, page).await
    }

    /// Public posts with a hashtag.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub async fn tagged(&self, viewer: &Caller, tag: &str, page: Page) -> Result<PostPage, Error> {
        let tagged = post_hashtag::Entity::find()
            .select_only()
            .column(post_hashtag::Column::PostId)
            .filter(
                post_hashtag::Column::HashtagId.in_subquery(
                    hashtag::Entity::find()
                        .select_only()
                        .column(hashtag::Column::Id)
                        .filter(hashtag::Column::Name.eq(fold_hashtag(tag)))
                        .into_query(),
                ),
            )
            .into_query();
        let query = post::Entity::find()
            .filter(visible_to(viewer))
            .filter(post::Column::Audience.eq(Audience::Public))
            // What was looked for completes conversations, and is no news (ADR-0008).
            .filter(post::Column::FetchedAt.is_null())
            .filter(post::Column::Id.in_subquery(tagged));
        self.page(viewer, query, page).await
    }

    pub(crate) async fn page(
        &self,
        viewer: &Caller,
        query: Select<post::Entity>,
        page: Page,
    ) -> Result<PostPage, Error> {
        let rows = page.rows();
        let query = match page.before {
            Some(before) => query.filter(post::Column::Id.lt(PostId(before))),
            None => query,
        };
        let mut found =
            query.order_by_desc(post::Column::Id).limit(rows + 1).all(self.0.read()).await?;
        let more = u64::try_from(found.len()).unwrap_or(0) > rows;
        if more {
            found.pop();
        }
        let next = found.last().filter(|_| more).map(|last| last.id.to_string());
        Ok(PostPage { posts: views(self.0.read(), viewer, found).await?, next })
    }
}
