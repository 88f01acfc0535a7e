//! Whether the communities are whole: a name that is wrong here would stop the demo.

use std::collections::HashSet;

use carefolk_domain::{Audience, Handle, Lang};

use super::*;

fn both() -> [Community; 2] {
    [alderbrook().unwrap(), larkmoor().unwrap()]
}

#[test]
fn each_community_has_what_the_demo_promises() {
    for community in both() {
        assert!(community.people.len() >= 20, "{}", community.people.len());
        assert!(community.providers.len() >= 6);
        assert!(community.posts.len() >= 60, "{}", community.posts.len());
        assert!(community.posts.iter().any(|post| post.edit.is_some()));
        assert!(community.posts.iter().any(|post| post.delete));
        assert!(community.posts.iter().any(|post| post.lang.as_deref() == Some("cy")));
        let rtl = |post: &Post| matches!(post.lang.as_deref(), Some("ar" | "ur"));
        assert!(community.posts.iter().any(rtl));
        assert_eq!(community.log_ins().len(), 3);
        for kind in [GroupWord::Open, GroupWord::Announce, GroupWord::Closed, GroupWord::Private] {
            let group = community.groups.iter().find(|group| group.kind == kind).unwrap();
            let began = community.posts.iter().filter(|p| p.group.as_ref() == Some(&group.handle));
            assert!(began.count() >= 2, "{}", group.handle);
        }
    }
}

#[test]
fn each_community_has_a_long_text_and_a_thread_of_thirty() {
    for community in both() {
        let longest = community.posts.iter().map(|post| post.text.chars().count()).max();
        assert!(longest > Some(4_000), "{longest:?}");
        let threads = community.posts.iter().map(|post| answers_below(&community, post));
        let longest_thread = threads.max();
        assert!(longest_thread >= Some(30), "{longest_thread:?}");
    }
}

/// How many answers `start` has, with their answers, without those that are deleted.
fn answers_below(community: &Community, start: &Post) -> usize {
    let mut keys: HashSet<&str> = start.key.as_deref().into_iter().collect();
    let mut count = 0;
    for post in &community.posts {
        if post.reply_to.as_deref().is_some_and(|to| keys.contains(to)) {
            count += usize::from(!post.delete);
            keys.extend(post.key.as_deref());
        }
    }
    count
}

#[test]
fn everybody_who_is_named_is_there() {
    let [alderbrook, larkmoor] = both();
    let names = |community: &Community| -> HashSet<String> {
        let people = community.people.iter().map(|p| p.handle.clone());
        let providers = community.providers.iter().map(|p| p.handle.clone());
        people.chain(providers).chain(community.groups.iter().map(|g| g.handle.clone())).collect()
    };
    for (here, there, town) in
        [(&alderbrook, &larkmoor, "@larkmoor"), (&larkmoor, &alderbrook, "@alderbrook")]
    {
        let (ours, theirs) = (names(here), names(there));
        let all = here.people.len() + here.providers.len() + here.groups.len();
        assert_eq!(ours.len(), all, "a name twice");
        for group in &here.groups {
            let inside = [&group.moderators, &group.members, &group.announcers];
            assert!(inside.into_iter().flatten().all(|name| ours.contains(name)), "{group:?}");
        }
        let groups: HashSet<&String> = here.groups.iter().map(|group| &group.handle).collect();
        let mut chosen = here.posts.iter().filter_map(|post| post.group.as_ref());
        assert!(chosen.all(|group| groups.contains(group)));
        for name in &ours {
            assert!(Handle::new(name).is_ok(), "{name}");
        }
        for follows in &here.follows {
            assert!(ours.contains(&follows.who), "{}", follows.who);
            for whom in &follows.whom {
                match whom.strip_suffix(town) {
                    Some(name) => assert!(theirs.contains(name), "{whom}"),
                    None => assert!(ours.contains(whom), "{whom}"),
                }
            }
        }
        for provider in &here.providers {
            assert!(ours.contains(&provider.owner), "{}", provider.owner);
            assert!(provider.team.iter().all(|name| ours.contains(name)));
        }
        assert!(here.posts.iter().all(|post| ours.contains(&post.author)));
        for answer in &here.answers {
            assert!(ours.contains(&answer.author));
            let to = answer.reply_to.as_deref().and_then(|to| to.strip_suffix(town)).unwrap();
            assert!(there.posts.iter().any(|p| p.key.as_deref() == Some(to)), "{to}");
        }
    }
}

#[test]
fn replies_come_after_what_they_answer_and_no_moment_of_an_author_is_used_twice() {
    for community in both() {
        let (mut keys, mut moments) = (HashSet::new(), HashSet::new());
        for post in &community.posts {
            if let Some(to) = &post.reply_to {
                assert!(keys.contains(to), "{to} is answered before it is said");
            }
            keys.extend(post.key.clone());
            let at = post.at(Moment(Span::days(20_000).0)).unwrap();
            assert!(moments.insert((post.author.clone(), at)), "{} {at:?}", post.author);
            assert!(post.lang.as_deref().is_none_or(|lang| Lang::parse(lang).is_some()));
            assert!(post.audience.as_deref().is_none_or(|a| Audience::from_word(a).is_some()));
            assert!(!post.text.trim().is_empty());
        }
    }
}

#[test]
fn nobody_has_a_real_phone_number() {
    for community in both() {
        for text in community.posts.iter().map(|post| &post.text) {
            let numbers = text.matches("01632 ").count();
            assert_eq!(numbers, text.matches("01632 960").count(), "{text}");
        }
    }
}
