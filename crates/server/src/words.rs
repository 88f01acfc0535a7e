//! What went wrong, in the words of who typed the command.

use anyhow::anyhow;
use carefolk_app::Error;
use carefolk_app::peers::Closed;
use carefolk_app::ports::PortError;
use carefolk_domain::poll::{OPTIONS_MAX, OPTIONS_MIN};
use carefolk_domain::{Denial, FieldError, Invalid};

/// The error of a command as one sentence: what could not be done, and why.
pub(crate) fn plain(error: Error, what: &str) -> anyhow::Error {
    let why = why(&error);
    match error {
        // These have causes that whoever runs the server needs to see.
        Error::Store(source) => {
            anyhow::Error::new(source).context(format!("could not {what}: {why}"))
        }
        _ => anyhow!("could not {what}: {why}"),
    }
}

fn why(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => fields.iter().map(field).collect::<Vec<_>>().join("; "),
        Error::Denied(denial) => denied(*denial).to_owned(),
        Error::NotFound(what) => format!("there is no such {what}"),
        Error::Conflict(what) => (*what).to_owned(),
        Error::Throttled { retry_after } => {
            format!("too often; try again in {} seconds", retry_after.0.max(0) / 1_000 + 1)
        }
        Error::Busy => "the database is busy; try again in a moment".to_owned(),
        Error::Upstream(port) => upstream(port),
        Error::Store(_) => "the database failed".to_owned(),
        Error::Bug(what) => format!("this is a mistake in Carefolk ({what}); please report it"),
    }
}

fn field(error: &FieldError) -> String {
    let name = match error.field {
        "handle" => "the name (HANDLE)",
        "name" => "the shown name",
        "email" => "the e-mail address (--email)",
        "password" => "the password",
        "owner" => "the owner's account (--owner)",
        "author" => "the author (--as)",
        "follower" => "who follows (--as)",
        "text" => "the text",
        "lang" => "the language (--lang)",
        "audience" => "the audience (--audience)",
        "in_reply_to" => "the post it answers (--reply-to)",
        "summary" => "the summary (--summary)",
        "warning" => "the warning (--warning)",
        "title" => "the title",
        "address" => "the address",
        "about" => "who it is for (--about)",
        "rules" => "the rules (--rule)",
        "area" => "the area (--area)",
        "moderators" => "the number of moderators (--moderator)",
        "who" => "the name (WHO)",
        "comment" => "the reason",
        "posts" => "the posts (--post)",
        "post" => "the post",
        "picture" | "pictures" => "the picture (--picture)",
        "description_1" | "description_2" | "description_3" | "description_4" => {
            "what the picture shows (--describe)"
        }
        "to" => "the group that the posts are in (--to-group)",
        "host" => "the host name",
        "choice" => "the answer (--option)",
        "poll_option" => "one of the answers (--poll-option)",
        "poll_ends_in" => "the end of the poll (--poll-ends-in)",
        other => other,
    };
    match (error.field, error.invalid) {
        ("picture", Invalid::Format) => format!("{name} is no JPEG, PNG or WebP"),
        ("host", Invalid::Format) => format!(
            "{name} is not in the right form: such as mastodon.social, without https://; hosts below \
             it are included"
        ),
        ("post", Invalid::Choice) => "only posts for anybody can be pinned or passed on".to_owned(),
        ("poll_option", Invalid::Missing | Invalid::TooMany(_)) => {
            format!(
                "a poll needs {OPTIONS_MIN} to {OPTIONS_MAX} answers, and none of them is empty"
            )
        }
        ("moderators", Invalid::Unknown) => {
            "one of the moderators (--moderator) has no account here".to_owned()
        }
        ("who", Invalid::Unknown) => {
            "nobody that this server knows has that name and can be that: people keep order, providers announce"
                .to_owned()
        }
        ("poll_option", Invalid::Taken) => "two answers are the same".to_owned(),
        ("choice", Invalid::TooMany(1)) => "this poll takes one answer".to_owned(),
        ("choice", Invalid::Choice) => "the poll has no answer with this number".to_owned(),
        (_, invalid) => format!("{name} {invalid}"),
    }
}

/// Why this server does not talk with `host`, and what would change that.
pub(crate) fn closed(closed: &Closed, host: &str) -> String {
    match closed {
        Closed::NoAddress => "this server has no public address yet; set instance.url \
                              (docs/admin/install.md)"
            .to_owned(),
        Closed::Off => "federation.mode is off".to_owned(),
        Closed::NotAllowed => {
            format!("{host} is not on the allowlist; run: carefolk peer allow {host}")
        }
        Closed::Suspended(None) => format!("{host} is suspended"),
        Closed::Suspended(Some(by)) => format!("{host} is suspended, by {by}"),
    }
}

fn denied(denial: Denial) -> &'static str {
    match denial {
        Denial::NotSignedIn => "nobody is signed in",
        Denial::Role => "this needs an admin",
        Denial::Team => "they are not in the provider's team",
        Denial::GroupMembers => "only who joined the group begins conversations in it",
        Denial::GroupModerators => {
            "only moderators of the group, and providers that they chose, do that in it"
        }
        Denial::GroupOrder => "only the moderators of the group do that",
        Denial::GroupBanned => "the moderators of the group do not want them in it",
        Denial::ReadFirst => "moderators of the group read it first",
        Denial::Locked => "the moderators closed the conversation: nobody answers in it any more",
        Denial::NotAuthor => "it belongs to somebody else",
        Denial::Suspended => "the account is suspended",
        Denial::Blocked => "they cannot be followed by this account",
        Denial::Peer => "this server does not talk to that server (see: carefolk peer show)",
        Denial::Credentials => "the name and the password do not belong together",
        Denial::Origin => "that server spoke for somebody of another server",
        Denial::SetupToken => "the set-up link is not valid any more",
    }
}

fn upstream(error: &PortError) -> String {
    match error {
        PortError::Refused(what) => format!("this server may not go there ({what})"),
        PortError::NotFound => "the other server knows nobody by that name".to_owned(),
        PortError::Gone => "the other server says that they are gone".to_owned(),
        PortError::Unavailable(why) if why.starts_with("status ") => {
            format!("the other server answered with {why}")
        }
        PortError::Unavailable(why) => format!("the other server cannot be asked: {why}"),
        PortError::Invalid(what) => format!("the other server's answer made no sense ({what})"),
        PortError::Unproven(what) => format!("the other server's answer is not true ({what})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_field_is_called_what_it_is_called_on_the_command_line() {
        let error = Error::Invalid(vec![
            FieldError { field: "handle", invalid: Invalid::Taken },
            FieldError { field: "email", invalid: Invalid::Format },
        ]);
        let said = plain(error, "make the account").to_string();
        assert_eq!(
            said,
            "could not make the account: the name (HANDLE) is taken; \
             the e-mail address (--email) is not in the right form"
        );
    }
}
