//! Polls and votes, here and from other servers.

use carefolk_app::posts::{EditPost, NewPoll, NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Address, Audience, Role, Span};
use carefolk_store::entity::{notification, poll, poll_option, poll_vote, post};
use carefolk_testkit::{Kit, operator};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, SHARED_INBOX, follow, hand_in, say, settle_in};

/// A kit in which Ann follows a provider.
pub(crate) async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    (kit, nurse)
}

fn lunch(multiple: bool) -> NewPost {
    let options = ["Soup", "Pie", "Salad"].map(str::to_owned).to_vec();
    let open_for = Some(Span::days(1));
    let poll = Some(NewPoll { options, multiple, open_for });
    NewPost { poll, ..Kit::words("hazelbank", "What shall we cook?") }
}

async fn publish(kit: &Kit, nurse: &Caller, new: NewPost) -> PostView {
    let post = kit.app.posts().publish(nurse, new).await.unwrap();
    kit.settle().await;
    post
}

/// A vote by somebody on another server.
pub(crate) fn vote_by(voter: &str, number: u32, poll: &str, name: &str) -> Value {
    let host = voter.split("/users/").next().unwrap();
    json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Create", "actor": voter,
        "id": format!("{host}/votes/{number}/activity"), "to": "https://care.example/x",
        // Mastodon's votes have such ids.
        "object": {"id": format!("{voter}#votes/{number}"), "type": "Note", "name": name,
            "attributedTo": voter, "inReplyTo": poll, "to": "https://care.example/x"}})
}

/// How often each option was chosen, and how many voted, as everybody sees it.
pub(crate) async fn stand(kit: &Kit, uri: &str) -> (Vec<u64>, Option<u64>) {
    let found = kit.app.posts().find(&operator(), &PostRef::Uri(uri.to_owned())).await.unwrap();
    let poll = found.poll.unwrap();
    (poll.options.iter().map(|option| option.votes).collect(), poll.voters)
}

/// The updates that Ann's server was sent, oldest first.
fn updates(kit: &Kit) -> Vec<Value> {
    let sent = kit.remote.sent_to(SHARED_INBOX);
    sent.into_iter().filter(|sent| sent["type"] == "Update").collect()
}

#[tokio::test]
async fn a_poll_has_two_to_eight_different_answers_and_an_end_within_bounds() {
    let (kit, nurse) = scene().await;
    let many: Vec<String> = (0..9).map(|number| number.to_string()).collect();
    let name = |length: usize| vec!["Soup".to_owned(), "x".repeat(length)];
    let hour = Some(Span::hours(1));
    for (options, open_for, field) in [
        (vec!["Soup".to_owned()], hour, "poll_option"),
        (vec!["Soup".to_owned(), " ".to_owned()], hour, "poll_option"),
        (vec!["Soup".to_owned(), " Soup".to_owned()], hour, "poll_option"),
        (many, hour, "poll_option"),
        (name(201), hour, "poll_option"),
        (name(200), Some(Span::minutes(59)), "poll_ends_in"),
        (name(200), Some(Span::days(31)), "poll_ends_in"),
    ] {
        let poll = Some(NewPoll { options, multiple: false, open_for });
        let new = NewPost { poll, ..Kit::words("hazelbank", "What?") };
        let Err(Error::Invalid(wrong)) = kit.app.posts().publish(&nurse, new).await else {
            panic!("{field}")
        };
        assert_eq!(wrong.iter().map(|wrong| wrong.field).collect::<Vec<_>>(), [field]);
    }
    let poll = Some(NewPoll { options: name(200), multiple: false, open_for: None });
    let post = publish(&kit, &nurse, NewPost { poll, ..Kit::words("hazelbank", "What?") }).await;
    assert_eq!(post.poll.unwrap().closes, None);
}

/// S-054.
#[tokio::test]
async fn a_vote_counts_once_and_is_no_post() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 0, 0], Some(0)));
    let posts = post::Entity::find().count(kit.app.db().read()).await.unwrap();
    say(&kit, &vote_by(ANN, 1, &post.uri, "Pie")).await;
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 1, 0], Some(1)));
    // The same, in other words; another option; what is no option; nothing.
    for (number, name) in [(1, "Pie"), (2, "Pie"), (3, "Soup"), (4, "Cake"), (5, "")] {
        say(&kit, &vote_by(ANN, number, &post.uri, name)).await;
    }
    let bob = settle_in(&kit, "w.example", "bob");
    say(&kit, &vote_by(&bob, 6, &post.uri, "pie")).await;
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 1, 0], Some(1)));
    say(&kit, &vote_by(&bob, 7, &post.uri, "Salad")).await;
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 1, 1], Some(2)));
    let conn = kit.app.db().read();
    assert_eq!(post::Entity::find().count(conn).await.unwrap(), posts, "a vote is no post");
    assert_eq!(notification::Entity::find().count(conn).await.unwrap(), 0);
    let found = kit.app.posts().find(&nurse, &PostRef::Id(post.id)).await.unwrap();
    assert_eq!(found.replies, 0);
}

#[tokio::test]
async fn where_several_may_be_chosen_each_counts_once_and_the_voter_once() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(true)).await;
    for (number, name) in [(1, "Pie"), (2, "Soup"), (3, "Pie")] {
        say(&kit, &vote_by(ANN, number, &post.uri, name)).await;
    }
    assert_eq!(stand(&kit, &post.uri).await, (vec![1, 1, 0], Some(1)));
}

/// S-054: all at once, as many hands of a server would.
#[tokio::test]
async fn a_hundred_votes_at_once_count_as_one() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    for number in 0..100 {
        let name = ["Soup", "Pie", "Salad"][number as usize % 3];
        hand_in(&kit, &vote_by(ANN, number, &post.uri, name)).await;
    }
    kit.settle().await;
    let (votes, voters) = stand(&kit, &post.uri).await;
    assert_eq!((votes.iter().sum::<u64>(), voters), (1, Some(1)));
}

#[tokio::test]
async fn two_hands_of_one_member_vote_once() {
    let (kit, nurse) = scene().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    let by = PostRef::Id(post.id);
    let (posts, mut taken) = (kit.app.posts(), 0);
    let votes = (0..8).map(|number| {
        let choice = [number % 3];
        let (posts, by, sam) = (&posts, &by, &sam);
        async move { posts.vote(sam, "sam", by, &choice).await }
    });
    for voted in futures_util::future::join_all(votes).await {
        taken += u32::from(voted.is_ok());
    }
    let (votes, voters) = stand(&kit, &post.uri).await;
    assert_eq!((taken, votes.iter().sum::<u64>(), voters), (1, 1, Some(1)));
}

/// S-054: for others, and after it closed.
#[tokio::test]
async fn nobody_votes_for_others_or_after_the_end() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    let eve = settle_in(&kit, "e.example", "eve");
    let mut forged = vote_by(&eve, 1, &post.uri, "Pie");
    forged["object"]["attributedTo"] = json!(ANN);
    say(&kit, &forged).await;
    let mut foreign = vote_by(&eve, 2, &post.uri, "Pie");
    foreign["object"]["id"] = json!(format!("{ANN}#votes/2"));
    say(&kit, &foreign).await;
    assert_eq!(stand(&kit, &post.uri).await.1, Some(0));
    kit.clock.advance(Span::days(1));
    // The job that closes it has not run yet.
    hand_in(&kit, &vote_by(ANN, 3, &post.uri, "Pie")).await;
    kit.app.inbound().process_due().await.unwrap();
    assert_eq!(stand(&kit, &post.uri).await.1, Some(0));
    let sam = kit.account("sam", Role::Member).await;
    let refused = kit.app.posts().vote(&sam, "sam", &PostRef::Id(post.id), &[0]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(stand(&kit, &post.uri).await.1, Some(0));
}

#[tokio::test]
async fn who_may_not_see_it_or_is_blocked_has_no_vote() {
    let (kit, nurse) = scene().await;
    let eve = settle_in(&kit, "e.example", "eve");
    let few = NewPost { audience: Audience::Followers, ..lunch(false) };
    let few = publish(&kit, &nurse, few).await;
    say(&kit, &vote_by(&eve, 1, &few.uri, "Pie")).await;
    assert_eq!(stand(&kit, &few.uri).await.1, Some(0));
    say(&kit, &vote_by(ANN, 1, &few.uri, "Pie")).await;
    assert_eq!(stand(&kit, &few.uri).await.1, Some(1));
    let sam = kit.account("sam", Role::Member).await;
    let posts = kit.app.posts();
    for caller in [&sam, &operator()] {
        let refused = posts.vote(caller, "sam", &PostRef::Id(few.id), &[0]).await;
        assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    }
    let all = publish(&kit, &nurse, lunch(false)).await;
    let address = Address::parse("eve@e.example").unwrap();
    kit.app.blocks().block(&nurse, "hazelbank", &address, false).await.unwrap();
    say(&kit, &vote_by(&eve, 2, &all.uri, "Pie")).await;
    assert_eq!(stand(&kit, &all.uri).await.1, Some(0));
}

#[tokio::test]
async fn a_member_votes_once_with_what_there_is_and_not_for_themselves() {
    let (kit, nurse) = scene().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    let (posts, by) = (kit.app.posts(), PostRef::Id(post.id));
    for choices in [&[][..], &[0, 1], &[3]] {
        let refused = posts.vote(&sam, "sam", &by, choices).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{choices:?}: {refused:?}");
    }
    let refused = posts.vote(&nurse, "hazelbank", &by, &[0]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let refused = posts.vote(&sam, "nurse", &by, &[0]).await;
    assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
    posts.vote(&sam, "sam", &by, &[1]).await.unwrap();
    let refused = posts.vote(&sam, "sam", &by, &[0]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 1, 0], Some(1)));
    let mine = |view: PostView| {
        let poll = view.poll.unwrap();
        let chosen = poll.options.iter().map(|option| option.is_mine).collect::<Vec<_>>();
        (chosen, poll.has_voted(), poll.may_vote)
    };
    let seen = mine(posts.find(&sam, &by).await.unwrap());
    assert_eq!(seen, (vec![false, true, false], true, false));
    // Whose vote it is, nobody else sees.
    for (other, may_vote) in [(&nurse, true), (&Caller::Visitor, false), (&operator(), false)] {
        let seen = mine(posts.find(other, &by).await.unwrap());
        assert_eq!(seen, (vec![false; 3], false, may_vote));
    }
}

#[tokio::test]
async fn followers_hear_the_counts_once_a_minute_and_how_it_ended() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    for number in 0..5 {
        let voter = settle_in(&kit, "w.example", &format!("bob{number}"));
        say(&kit, &vote_by(&voter, number, &post.uri, "Pie")).await;
    }
    assert!(updates(&kit).is_empty(), "not at each vote");
    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    let told = updates(&kit);
    assert_eq!(told.len(), 1);
    let question = &told[0]["object"];
    assert_eq!(question["type"], "Question");
    assert_eq!(question["votersCount"], 5);
    assert_eq!(
        question["oneOf"][1],
        json!({"type": "Note", "name": "Pie",
        "replies": {"type": "Collection", "totalItems": 5}})
    );
    assert_eq!((question.get("updated"), question.get("closed")), (None, None));
    assert!(!told[0].to_string().contains("w.example"), "who voted is told to nobody");

    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    assert_eq!(updates(&kit).len(), 1, "nothing new is no news");
    kit.clock.advance(Span::days(1));
    kit.settle().await;
    let told = updates(&kit);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["object"]["closed"], told[1]["object"]["endTime"]);
    let found = kit.app.posts().find(&nurse, &PostRef::Id(post.id)).await.unwrap();
    assert_eq!(found.poll.map(|poll| poll.closed == poll.closes), Some(true));
}

#[tokio::test]
async fn another_text_keeps_the_answers_and_a_deletion_takes_the_votes() {
    let (kit, nurse) = scene().await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    say(&kit, &vote_by(ANN, 1, &post.uri, "Pie")).await;
    let text = "What shall we cook on Friday?".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    kit.settle().await;
    assert_eq!(stand(&kit, &post.uri).await, (vec![0, 1, 0], Some(1)));
    assert_eq!(updates(&kit).last().unwrap()["object"]["oneOf"][1]["name"], "Pie");
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.settle().await;
    let conn = kit.app.db().read();
    assert_eq!(poll::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(poll_option::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(poll_vote::Entity::find().count(conn).await.unwrap(), 0);
    let sent = kit.remote.sent_to(SHARED_INBOX);
    let delete = sent.iter().find(|sent| sent["type"] == "Delete").unwrap();
    assert_eq!(delete["object"]["formerType"], "Question");
    // A vote that comes too late is no post either.
    say(&kit, &vote_by(ANN, 2, &post.uri, "Pie")).await;
    assert_eq!(post::Entity::find().count(conn).await.unwrap(), 1);
}

#[tokio::test]
async fn votes_of_an_actor_that_is_gone_are_forgotten_and_the_counts_stay() {
    let (kit, nurse) = scene().await;
    kit.account("sam", Role::Member).await;
    let post = publish(&kit, &nurse, lunch(false)).await;
    kit.app.posts().vote(&operator(), "sam", &PostRef::Id(post.id), &[0]).await.unwrap();
    kit.app.profiles().close(&operator(), "sam").await.unwrap();
    assert_eq!(poll_vote::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
    assert_eq!(stand(&kit, &post.uri).await, (vec![1, 0, 0], Some(1)));
}
