//! Making groups, joining and leaving them, and who keeps order.

use carefolk_domain::authorise::Act;
use carefolk_domain::group::{
    GROUP_AREA_MAX_CHARS, GROUP_MODERATORS_MIN, GROUP_RULE_MAX_CHARS, GROUP_RULES_MAX,
};
use carefolk_domain::{
    ActorId, ActorKind, Address, FieldError, GroupId, GroupKind, GroupRole, Handle, Invalid, Lang,
    PostingRule,
};
use carefolk_store::entity::{actor, group, group_member, post};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter,
    QuerySelect, Set,
};

use super::{GroupView, Groups, NewGroup, queries};
use crate::actors::local::{self, NAME_MAX_CHARS, NewActor, SUMMARY_MAX_CHARS};
use crate::actors::queries as actors;
use crate::kernel::{caller::Caller, error::Error, tx::Tx};
use crate::posts::{DEFAULT_LANG, PostRef};
use crate::{audit, grouped};

/// What stands at the address that a group of this name would have: the page to start one.
const NOT_A_GROUP: &str = "new";

/// A group whose fields are right.
struct Checked {
    handle: Handle,
    rules: String,
    area: Option<String>,
    moderators: Vec<String>,
}

impl Groups<'_> {
    /// Makes a group with its first moderators, who join it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance; [`Error::Invalid`] with all wrong
    /// fields at once (`handle`, `name`, `about`, `rules`, `area`, `moderators`).
    pub async fn create(&self, caller: &Caller, new: NewGroup) -> Result<GroupView, Error> {
        caller.may(Act::CreateGroup)?;
        let checked = check(&new)?;
        let keys = local::mint_keys(self.0).await?;
        let tx = self.0.begin().await?;
        let mut moderators = Vec::with_capacity(checked.moderators.len());
        for handle in &checked.moderators {
            let person = person(&tx, handle).await?;
            moderators.push(person.ok_or_else(|| Error::field("moderators", Invalid::Unknown))?);
        }
        let actor = NewActor {
            kind: ActorKind::Group,
            handle: &checked.handle,
            name: new.name.trim(),
            summary: new.about.trim(),
        };
        let actor = local::insert(self.0, &tx, actor, keys).await?;
        let lang = new.lang.clone().or_else(|| Lang::parse(DEFAULT_LANG));
        let row = group::ActiveModel {
            id: Set(GroupId(self.0.id())),
            actor_id: Set(actor.id),
            kind: Set(new.kind),
            posting: Set(match new.kind {
                GroupKind::Announce => PostingRule::Moderators,
                GroupKind::Open => new.posting,
            }),
            rules: Set(checked.rules),
            lang: Set(lang.unwrap_or_else(Lang::unknown)),
            area: Set(checked.area),
            created_at: Set(tx.now()),
        }
        .insert(tx.conn())
        .await?;
        for person in &moderators {
            set_role(&tx, row.id, person.id, GroupRole::Moderator).await?;
            self.0.follows().begin(&tx, person, &actor).await?;
        }
        let names = checked.moderators.join(" ");
        audit::record(self.0, &tx, caller, "group.create", checked.handle.as_str(), &names).await?;
        tx.commit().await?;
        let actor = actors::by_id(self.0.read(), actor.id).await?;
        Ok(queries::view(row, actor))
    }

    /// Lets the local actor `handle` join the group. Twice is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] if the caller may not speak as `handle`, or the group
    /// does not want them.
    pub async fn join(&self, caller: &Caller, handle: &str, group: &str) -> Result<(), Error> {
        let who = self.0.follows().voice(caller, handle).await?;
        let (row, actor) = grouped::find(self.0.read(), group).await?;
        if grouped::role(self.0.read(), &row, &who).await? == Some(GroupRole::Banned) {
            return Err(carefolk_domain::Denial::GroupBanned.into());
        }
        let tx = self.0.begin().await?;
        self.0.follows().begin(&tx, &who, &actor).await?;
        audit::record_operator(self.0, &tx, caller, "group.join", &actor.uri).await?;
        tx.commit().await
    }

    /// Lets the local actor `handle` leave the group, and be nothing in it any more. Who is not in
    /// it has nothing to leave, which is no error.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], [`Error::Denied`]; [`Error::Conflict`] if too few moderators would stay.
    pub async fn leave(&self, caller: &Caller, handle: &str, group: &str) -> Result<(), Error> {
        let who = self.0.follows().voice(caller, handle).await?;
        let (row, actor) = grouped::find(self.0.read(), group).await?;
        let tx = self.0.begin().await?;
        if grouped::role(tx.conn(), &row, &who).await? != Some(GroupRole::Banned) {
            keep_moderators(&tx, &row, who.id).await?;
            drop_role(&tx, row.id, who.id).await?;
        }
        self.0.follows().leave(&tx, &who, &actor).await?;
        audit::record_operator(self.0, &tx, caller, "group.leave", &actor.uri).await?;
        tx.commit().await
    }

    /// Says what somebody is in the group: a moderator, a provider that may begin conversations, one who
    /// may not write any more (`who` is then a local name or an address), or (`Member`) nothing special.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`]; [`Error::Denied`] unless the caller keeps order in it or runs the instance;
    /// [`Error::Invalid`] on `who`; [`Error::Conflict`] if too few moderators would stay.
    pub async fn appoint(
        &self,
        caller: &Caller,
        group: &str,
        who: &str,
        role: GroupRole,
    ) -> Result<(), Error> {
        let (row, actor) = grouped::find(self.0.read(), group).await?;
        self.allow_to_moderate(caller, &row).await?;
        let tx = self.0.begin().await?;
        let person = self.appointed(&tx, who, role).await?;
        if role != GroupRole::Moderator {
            keep_moderators(&tx, &row, person.id).await?;
        }
        drop_role(&tx, row.id, person.id).await?;
        match role {
            GroupRole::Member => {}
            GroupRole::Banned => {
                set_role(&tx, row.id, person.id, role).await?;
                self.0.follows().turn_away(&tx, &actor, &person).await?;
            }
            GroupRole::Announcer | GroupRole::Moderator => {
                set_role(&tx, row.id, person.id, role).await?;
                self.0.follows().begin(&tx, &person, &actor).await?;
            }
        }
        let detail = format!("{who} {role:?}").to_lowercase();
        audit::record(self.0, &tx, caller, "group.appoint", &actor.handle, &detail).await?;
        tx.commit().await
    }

    /// Takes a conversation out of its group. The post itself stays with its author; who follows the group
    /// elsewhere sees it go.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], also for a post that begins no conversation in a group; [`Error::Denied`] as
    /// [`Groups::appoint`].
    pub async fn take_out(&self, caller: &Caller, post: &PostRef) -> Result<(), Error> {
        // Whoever blocks the moderators must not hide from them what they have to keep in order.
        let anybody = Caller::Operator("the moderators of a group".to_owned());
        let post = self.0.posts().find_row(&anybody, post).await?;
        let place = grouped::of_post(self.0.read(), &post).await?;
        let place = place.filter(|_| post.in_reply_to_uri.is_none());
        // The same as for a post that is not there: what is guessed is not confirmed (S-044).
        let place = place.ok_or(Error::NotFound("post"))?;
        self.allow_to_moderate(caller, &place.row).await?;
        let tx = self.0.begin().await?;
        grouped::take_back(self.0, &tx, &post).await?;
        let conversation = Condition::any()
            .add(post::Column::Id.eq(post.id))
            .add(post::Column::RootId.eq(post.id));
        post::Entity::update_many()
            .col_expr(post::Column::GroupId, Expr::value(Option::<GroupId>::None))
            .filter(conversation)
            .exec(tx.conn())
            .await?;
        audit::record(self.0, &tx, caller, "group.take_out", &place.actor.handle, &post.uri)
            .await?;
        tx.commit().await
    }

    /// Who is appointed. People of this server keep order, and its providers may begin conversations; whoever it
    /// is, and wherever they live, can be told to go.
    async fn appointed(&self, tx: &Tx, who: &str, role: GroupRole) -> Result<actor::Model, Error> {
        let who = who.trim().trim_start_matches('@');
        if who.is_empty() {
            return Err(Error::field("who", Invalid::Missing));
        }
        let found = match Address::parse(who) {
            Ok(address) if who.contains('@') => self.0.actors().known_or_local(&address).await?,
            _ => actors::by_handle(tx.conn(), who).await?,
        };
        let is_ours = |row: &actor::Model| row.domain_id.is_some();
        let fits = |row: &actor::Model| match role {
            GroupRole::Moderator => is_ours(row) && row.kind == ActorKind::Person,
            GroupRole::Announcer => is_ours(row) && row.kind == ActorKind::Organization,
            GroupRole::Member | GroupRole::Banned => {
                !matches!(row.kind, ActorKind::Application | ActorKind::Group)
            }
        };
        let found = found.filter(|row| actors::is_shown(row) && fits(row));
        found.ok_or_else(|| Error::field("who", Invalid::Unknown))
    }

    async fn allow_to_moderate(&self, caller: &Caller, row: &group::Model) -> Result<(), Error> {
        let role = match caller {
            Caller::Member(member) => {
                let who = actors::by_id(self.0.read(), member.actor).await?;
                grouped::role(self.0.read(), row, &who).await?
            }
            _ => None,
        };
        caller.may(Act::ModerateGroup(role))
    }
}

fn check(new: &NewGroup) -> Result<Checked, Error> {
    let mut wrong = Vec::new();
    let mut note = |field, invalid| wrong.push(FieldError { field, invalid });
    if new.name.trim().is_empty() {
        note("name", Invalid::Missing);
    }
    if new.name.chars().count() > NAME_MAX_CHARS {
        note("name", Invalid::TooLong(NAME_MAX_CHARS));
    }
    let handle = Handle::new(&new.handle).map_err(|invalid| note("handle", invalid)).ok();
    if handle.as_ref().is_some_and(|handle| handle.as_str() == NOT_A_GROUP) {
        note("handle", Invalid::Reserved);
    }
    if new.about.trim().is_empty() {
        note("about", Invalid::Missing);
    }
    if new.about.chars().count() > SUMMARY_MAX_CHARS {
        note("about", Invalid::TooLong(SUMMARY_MAX_CHARS));
    }
    let lines = new.rules.lines().map(str::trim).filter(|line| !line.is_empty());
    let rules: Vec<&str> = lines.collect();
    if rules.len() > GROUP_RULES_MAX {
        note("rules", Invalid::TooMany(GROUP_RULES_MAX));
    }
    if rules.iter().any(|line| line.chars().count() > GROUP_RULE_MAX_CHARS) {
        note("rules", Invalid::TooLong(GROUP_RULE_MAX_CHARS));
    }
    let area = new.area.trim();
    if area.chars().count() > GROUP_AREA_MAX_CHARS {
        note("area", Invalid::TooLong(GROUP_AREA_MAX_CHARS));
    }
    let mut moderators: Vec<String> = Vec::new();
    for name in new.moderators.iter().map(|name| name.trim().trim_start_matches('@')) {
        if !name.is_empty() && moderators.iter().all(|known| !known.eq_ignore_ascii_case(name)) {
            moderators.push(name.to_owned());
        }
    }
    if moderators.len() < GROUP_MODERATORS_MIN {
        note("moderators", Invalid::TooFew(GROUP_MODERATORS_MIN));
    }
    match handle {
        Some(handle) if wrong.is_empty() => Ok(Checked {
            handle,
            rules: rules.join("\n"),
            area: Some(area.to_owned()).filter(|area| !area.is_empty()),
            moderators,
        }),
        _ => Err(Error::Invalid(wrong)),
    }
}

/// Somebody here who can keep order: a person, not a provider.
async fn person(tx: &Tx, handle: &str) -> Result<Option<actor::Model>, Error> {
    let found = actors::by_handle(tx.conn(), handle).await?;
    Ok(found.filter(|row| row.kind == ActorKind::Person && actors::is_shown(row)))
}

async fn set_role(tx: &Tx, group: GroupId, who: ActorId, role: GroupRole) -> Result<(), Error> {
    group_member::ActiveModel {
        group_id: Set(group),
        actor_id: Set(who),
        role: Set(role),
        created_at: Set(tx.now()),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

async fn drop_role(tx: &Tx, group: GroupId, who: ActorId) -> Result<(), Error> {
    group_member::Entity::delete_by_id((group, who)).exec(tx.conn()).await?;
    Ok(())
}

/// A group that `leaving` is no moderator of any more must have enough others. Its row is held: two who leave
/// at once would each count the other.
async fn keep_moderators(tx: &Tx, row: &group::Model, leaving: ActorId) -> Result<(), Error> {
    let held = group::Entity::find_by_id(row.id).lock_exclusive().one(tx.conn()).await?;
    held.ok_or(Error::NotFound("group"))?;
    let moderators = || {
        group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(row.id))
            .filter(group_member::Column::Role.eq(GroupRole::Moderator))
    };
    let is_one = moderators().filter(group_member::Column::ActorId.eq(leaving)).count(tx.conn());
    if is_one.await? == 0 {
        return Ok(());
    }
    let others = moderators().filter(group_member::Column::ActorId.ne(leaving)).count(tx.conn());
    if others.await? < u64::try_from(GROUP_MODERATORS_MIN).unwrap_or(u64::MAX) {
        return Err(Error::Conflict("a group needs two moderators"));
    }
    Ok(())
}
