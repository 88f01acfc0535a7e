//! Every address that can be asked for.

use super::scene::Scene;

/// An address that can be asked for: path and query.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub(super) path: String,
}

/// Where routes are written down.
const LISTS: [&str; 2] = [
    include_str!("../../../crates/web/src/routes.rs"),
    include_str!("../../../crates/federation/src/routes/mod.rs"),
];

/// The routes that are read, as their lists say.
pub(super) fn routes() -> Vec<&'static str> {
    let mut found = Vec::new();
    for list in LISTS {
        for (at, _) in list.match_indices(".route(\"") {
            let rest = list.get(at + ".route(\"".len()..).unwrap();
            let (pattern, act) = rest.split_once('"').unwrap();
            let act = act.trim_start_matches([',', ' ']);
            if act.starts_with("get(") {
                found.push(pattern);
            }
        }
    }
    assert!(found.len() > 30, "{found:?}");
    found
}

/// Every route with every name and number that could lead to something hidden.
pub(super) fn all(scene: &Scene) -> Vec<Channel> {
    let mut all = Vec::new();
    for pattern in routes() {
        let paths = of(pattern, scene);
        assert!(!paths.is_empty(), "say in channels.rs how {pattern} could show something hidden");
        for path in paths {
            let is_page =
                ["/ap/", "/.well-known", "/media/"].iter().all(|it| !pattern.starts_with(it));
            if is_page && !pattern.starts_with("/cy") && !path.contains("nodeinfo") {
                all.push(Channel { path: format!("/cy{path}") });
            }
            all.push(Channel { path });
        }
    }
    all
}

/// The addresses of one route; none where it is not known.
fn of(pattern: &str, scene: &Scene) -> Vec<String> {
    if !pattern.contains('{') {
        return without_parts(pattern, scene);
    }
    let groups = ["quiet", "side", "others", "slow"];
    let people = ["ann", "ben", "mo", "silent"];
    match pattern {
        "/tags/{tag}" => scene.tags.iter().map(|tag| format!("/tags/{tag}")).collect(),
        "/@{who}" => groups.iter().chain(&people).map(|who| format!("/@{who}")).collect(),
        "/media/{key}/{size}" => {
            scene.pictures.iter().map(|key| format!("/media/{key}/full")).collect()
        }
        // What is said in a group that stays here comes from here.
        "/media/elsewhere/{post}/{position}/{size}" => {
            vec!["/media/elsewhere/1/0/full".to_owned(), "/media/elsewhere/1/0/small".to_owned()]
        }
        "/media/of/{actor}/{size}" => vec!["/media/of/1/icon".to_owned()],
        "/assets/{name}" => vec!["/assets/quiet".to_owned()],
        _ if pattern.contains("{who}") => {
            let fill = |post: &(String, String)| {
                pattern.replace("{who}", &post.0).replace("{slug}", &post.1)
            };
            scene.posts.iter().map(fill).collect()
        }
        _ if pattern.contains("{handle}") => {
            groups.iter().chain(&people).map(|who| pattern.replace("{handle}", who)).collect()
        }
        _ if pattern.starts_with("/ap/actor/") => {
            let slugs = scene.actors.iter().map(String::as_str).chain(groups);
            let filled = slugs.map(|slug| pattern.replace("{slug}", slug));
            let paged = |path: String| [path.clone(), format!("{path}?page=true")];
            filled.flat_map(paged).collect()
        }
        _ if pattern.contains("{slug}") => {
            let slugs = scene.posts.iter().map(|(_, slug)| slug.as_str()).chain(groups);
            slugs.map(|slug| pattern.replace("{slug}", slug)).collect()
        }
        _ => Vec::new(),
    }
}

fn without_parts(pattern: &str, scene: &Scene) -> Vec<String> {
    match pattern {
        "/.well-known/webfinger" => ["quiet", "side", "ann"]
            .iter()
            .map(|name| format!("{pattern}?resource=acct:{name}@{}", scene.host()))
            .collect(),
        "/authorize_interaction" => {
            let posts = scene.uris.iter().map(|uri| format!("{pattern}?uri={uri}"));
            posts.chain([format!("{pattern}?uri=acct:quiet@{}", scene.host())]).collect()
        }
        "/" | "/news" => vec![pattern.to_owned(), format!("{pattern}?before=9223372036854775807")],
        _ => vec![pattern.to_owned()],
    }
}
