//! Posts and people as they stand in a page.

use super::polls::PollCard;

/// Somebody or some provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    /// The display name.
    pub name: String,
    /// The name before the `@`.
    pub handle: String,
    /// `handle@host`.
    pub address: String,
    /// Their page here, as a path.
    pub page: String,
    /// Their picture: where it is, without which size, and the part that has to be seen.
    pub portrait: Option<(String, &'static str)>,
    /// One or two letters where there is none.
    pub initials: String,
    /// Which of six colours those have.
    pub hue: u8,
    /// Whether this is an organisation.
    pub is_provider: bool,
    /// The community they are from, if it is not this one.
    pub origin: Option<String>,
}

impl Person {
    /// The name, with the community behind it where that is not this one, for where nothing else
    /// says it: a name alone can be anybody's (S-062).
    pub(crate) fn full_name(&self) -> String {
        match &self.origin {
            Some(origin) => format!("{} ({origin})", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether we say that this is a provider. What other servers call themselves is no word of ours.
    pub(crate) fn has_our_word(&self) -> bool {
        self.is_provider && self.origin.is_none()
    }
}

/// One or two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let words: Vec<&str> =
        name.split_whitespace().filter(|w| w.starts_with(char::is_alphanumeric)).collect();
    let first = words.first().and_then(|w| w.chars().next());
    let last = words.get(1..).and_then(|rest| rest.last()).and_then(|w| w.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).take(2).collect()
}

/// One of six colours, the same for the same name each time.
pub(crate) fn hue(name: &str) -> u8 {
    let sum = name.bytes().fold(7_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
    u8::try_from(sum % 6).unwrap_or(0) + 1
}

/// The group that a post is in.
#[derive(Clone, Debug)]
pub(crate) struct GroupLink {
    /// Its name.
    pub name: String,
    /// Its page here, as a path.
    pub page: String,
}

/// What a post answers.
#[derive(Clone, Debug)]
pub(crate) struct ReplyTo {
    /// Its page here, if the reader may see it.
    pub page: Option<String>,
    /// Who wrote it, if we know.
    pub name: Option<String>,
}

/// The text in another language.
#[derive(Clone, Debug)]
pub(crate) struct Other {
    /// What the language calls itself.
    pub name: String,
    /// The words around that name where the text is offered: those before and those after it.
    pub offer: (String, String),
    /// Its tag.
    pub lang: String,
    /// The text.
    pub html: String,
}

/// Something that goes with a post and stays where it is.
#[derive(Clone, Debug)]
pub(crate) struct Attached {
    /// What it is, in words.
    pub what: String,
    /// What it shows; nothing if nobody said.
    pub name: Option<String>,
    /// What it is called there.
    pub file: String,
    /// Where it is.
    pub url: String,
    /// The host of that.
    pub host: String,
}

/// A picture in a post.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Where it is, without which size.
    pub address: String,
    /// Pixels of the small one, across and down, as far as anybody said.
    pub size: Option<(u32, u32)>,
    /// What it shows; that nobody said it, if nobody did.
    pub alt: String,
    /// The language of that.
    pub lang: String,
    /// The part that has to be seen.
    pub focus: &'static str,
}

/// A button that likes a post, or takes that back.
#[derive(Clone, Debug)]
pub(crate) struct LikeButton {
    /// Where it is sent.
    pub action: String,
    /// Where it stands.
    pub back: String,
    /// What it does.
    pub act: &'static str,
    /// What it says.
    pub words: String,
}

/// Where a post stands on its page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a list of posts.
    #[default]
    List,
    /// On its own page, as what the page is about.
    Main,
    /// On the page of a post that answers it.
    Before,
    /// On the page of a post that it answers.
    Reply,
}

impl Place {
    /// Whether the page is about it.
    pub(crate) fn is_main(self) -> bool {
        self == Self::Main
    }

    /// Whether it stands on the page of a post that answers it.
    pub(crate) fn is_before(self) -> bool {
        self == Self::Before
    }

    /// Whether it answers what the page is about.
    pub(crate) fn is_reply(self) -> bool {
        self == Self::Reply
    }
}

/// A post as it stands in a list or on its own page.
#[derive(Clone, Debug, Default)]
pub(crate) struct PostCard {
    /// For the anchor.
    pub id: String,
    /// Who says it.
    pub author: Person,
    /// Its page here.
    pub page: String,
    /// Its page on its own server, if that is another one, and the host of that.
    pub original: Option<(String, String)>,
    /// The page of its earlier texts.
    pub history: String,
    /// The page to change it.
    pub edit: String,
    /// The page to remove it.
    pub delete: String,
    /// A title.
    pub title: Option<String>,
    /// The language tag of the text.
    pub lang: String,
    /// The text, sanitised.
    pub html: String,
    /// Its beginning, where the whole would be too long for a list.
    pub excerpt: Option<String>,
    /// A content warning.
    pub warning: Option<String>,
    /// When an event is, in words.
    pub event_when: Option<String>,
    /// Where an event is, in words.
    pub event_where: Option<String>,
    /// What goes with it.
    pub attached: Vec<Attached>,
    /// The pictures that stand in it.
    pub pictures: Vec<Shown>,
    /// That some people may not want to see them, in words, where they are folded.
    pub cover: Option<String>,
    /// The text in other languages.
    pub renditions: Vec<Other>,
    /// What makes it a poll.
    pub poll: Option<PollCard>,
    /// When it became public, in words.
    pub when: String,
    /// The same for machines.
    pub iso: String,
    /// When it was changed, in words.
    pub edited: Option<String>,
    /// The key of the words for its audience, unless that is anyone.
    pub audience_key: Option<&'static str>,
    /// The icon for its audience.
    pub audience_icon: &'static str,
    /// What it answers.
    pub reply_to: Option<ReplyTo>,
    /// How many answers we hold.
    pub replies: u64,
    /// Whether the reader may change or remove it.
    pub may_change: bool,
    /// The group that it is in.
    pub group: Option<GroupLink>,
    /// Who passed it on to the reader.
    pub boosted_by: Option<Person>,
    /// Whether only a tombstone is left.
    pub deleted: bool,
    /// That moderators took it away and why, in words, if they did.
    pub removed: Option<String>,
    /// To who wrote that: what they can do.
    pub appeal: Option<String>,
    /// Where the reader, who keeps order in its group, takes it away.
    pub take_away: Option<String>,
    /// The button to like it, or to take that back.
    pub like: Option<LikeButton>,
    /// Where moderators are told of it.
    pub report: Option<String>,
    /// Where they give it back.
    pub give_back: Option<String>,
    /// Whether it is shown at once although it has a warning: the reader was reading it.
    pub is_unfolded: bool,
    /// Where it stands on the page.
    pub place: Place,
    /// The level of its heading.
    pub level: u8,
}

impl PostCard {
    /// Whether a link leads to its answers: everywhere but where they stand, and always in lists,
    /// where "no replies" asks for one.
    pub(crate) fn shows_replies(&self) -> bool {
        self.place == Place::List || (self.place != Place::Main && self.replies > 0)
    }
}

/// A page of posts.
#[derive(Clone, Debug, Default)]
pub(crate) struct PostList {
    /// The posts, the newest first.
    pub posts: Vec<PostCard>,
    /// The path of the first page.
    pub path: String,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// Whether this is the first page.
    pub is_first: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_and_last_words_first_letters() {
        for (name, letters) in [
            ("Bridge Home Care", "BC"),
            ("Sam", "S"),
            ("élan vital", "ÉV"),
            ("Tŷ'r (hen) Bont", "TB"),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn a_colour_is_one_of_six() {
        for name in ["", "a", "Bridge", "مريم"] {
            assert!((1..=6).contains(&hue(name)));
        }
    }
}
