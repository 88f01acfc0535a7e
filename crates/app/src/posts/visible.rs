//! The one rule of who sees which post. Every channel asks it, none has its own.

use carefolk_domain::{ActorState, Audience, PostState, Standing};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, addressed, follow, peer, post, team_member};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, QueryTrait};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::blocked::{blocked_by, blockers_of};
use crate::homes::followees;
use crate::insiders;
use crate::kernel::caller::{Caller, Member};
use crate::kernel::{error::Error, tx::Tx};

/// The posts that `viewer` may see.
pub(crate) fn visible_to(viewer: &Caller) -> Condition {
    Condition::all().add(post::Column::State.eq(PostState::Published)).add(allowed_for(viewer))
}

/// The posts that `viewer` may know of, with the tombstones of deleted ones and the gaps that moderators left, for
/// threads.
pub(crate) fn traces_for(viewer: &Caller) -> Condition {
    Condition::all()
        .add(post::Column::State.is_in([
            PostState::Published,
            PostState::Deleted,
            PostState::Removed,
        ]))
        .add(allowed_for(viewer))
}

fn allowed_for(viewer: &Caller) -> Condition {
    let allowed = Condition::all()
        .add(audience_for(viewer))
        .add(post::Column::ActorId.not_in_subquery(actors_of(Standing::Suspended)));
    match viewer {
        Caller::Operator(_) => allowed,
        Caller::Visitor => {
            allowed.add(post::Column::ActorId.not_in_subquery(actors_of(Standing::Limited)))
        }
        Caller::Member(member) => allowed
            .add(
                Condition::any()
                    .add(post::Column::ActorId.not_in_subquery(actors_of(Standing::Limited)))
                    .add(post::Column::ActorId.in_subquery(followed_by(member)))
                    .add(post::Column::Id.in_subquery(addressed_to(member))),
            )
            .add(post::Column::ActorId.not_in_subquery(blockers_of(member.actor)))
            .add(post::Column::ActorId.not_in_subquery(blocked_by(member.actor))),
    }
}

fn audience_for(viewer: &Caller) -> Condition {
    let open = post::Column::Audience.is_in([Audience::Public, Audience::Quiet]);
    match viewer {
        Caller::Visitor => Condition::all().add(open),
        // Who keeps the machine running reads everything but what people say among themselves.
        Caller::Operator(_) => Condition::all().add(post::Column::Audience.ne(Audience::Group)),
        Caller::Member(member) => Condition::any()
            .add(open)
            .add(post::Column::Audience.eq(Audience::Local))
            .add(
                Condition::all()
                    .add(post::Column::Audience.eq(Audience::Group))
                    .add(post::Column::GroupId.in_subquery(insiders::groups_of(member.actor))),
            )
            .add(post::Column::ActorId.in_subquery(voices_of(member)))
            .add(
                Condition::all()
                    .add(post::Column::Audience.eq(Audience::Followers))
                    .add(post::Column::ActorId.in_subquery(followed_by(member))),
            )
            .add(
                Condition::all()
                    .add(post::Column::Audience.is_in([Audience::Followers, Audience::Direct]))
                    .add(post::Column::Id.in_subquery(addressed_to(member))),
            ),
    }
}

/// The actors a member speaks as: their own and the providers of their teams.
pub(crate) fn voices_of(member: &Member) -> SelectStatement {
    let mut teams = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::ProviderId)
        .filter(team_member::Column::AccountId.eq(member.account))
        .into_query();
    let own = Query::select()
        .column(actor::Column::Id)
        .from(actor::Entity)
        .and_where(actor::Column::Id.eq(member.actor))
        .to_owned();
    teams.union(sea_orm::sea_query::UnionType::All, own).to_owned()
}

fn followed_by(member: &Member) -> SelectStatement {
    followees(member.actor)
}

fn addressed_to(member: &Member) -> SelectStatement {
    addressed::Entity::find()
        .select_only()
        .column(addressed::Column::PostId)
        .filter(addressed::Column::ActorId.eq(member.actor))
        .into_query()
}

/// Actors of whom nothing is shown to anybody.
pub(crate) fn hidden_actors() -> SelectStatement {
    actors_of(Standing::Suspended)
}

/// Actors who are `standing` themselves, or whose peer is: suspended ones, and those that are gone,
/// are shown to nobody, limited ones to who follows them or is addressed.
fn actors_of(standing: Standing) -> SelectStatement {
    let states: &[ActorState] = match standing {
        Standing::Suspended => &[ActorState::Suspended, ActorState::Deleted],
        _ => &[ActorState::Limited],
    };
    let hosts = peer::Entity::find()
        .select_only()
        .column(peer::Column::Host)
        .filter(peer::Column::Effective.eq(standing))
        .into_query();
    actor::Entity::find()
        .select_only()
        .column(actor::Column::Id)
        .filter(
            Condition::any().add(actor::Column::State.is_in(states.iter().copied())).add(
                Condition::all()
                    .add(actor::Column::DomainId.is_null())
                    .add(actor::Column::Host.in_subquery(hosts)),
            ),
        )
        .into_query()
}

/// Whether an actor, mostly of somewhere else, may know of a post: what is guessed is not confirmed (S-044).
pub(crate) async fn may_see(
    tx: &Tx,
    actor: &actor::Model,
    post: &post::Model,
) -> Result<bool, Error> {
    if post.audience.is_open() || post.actor_id == actor.id {
        return Ok(true);
    }
    if !post.audience.federates() && actor.domain_id.is_none() {
        return Ok(false);
    }
    if post.audience == Audience::Group {
        return insiders::has(tx.conn(), post.group_id, actor.id).await;
    }
    let addressed = addressed::Entity::find_by_id((post.id, actor.id)).one(tx.conn()).await?;
    if addressed.is_some() {
        return Ok(true);
    }
    let follows = follow::Entity::find()
        .filter(follow::Column::FollowerId.eq(actor.id))
        .filter(follow::Column::FolloweeId.eq(post.actor_id))
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .one(tx.conn())
        .await?;
    Ok(post.audience == Audience::Followers && follows.is_some())
}
