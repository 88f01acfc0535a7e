//! Copies each golden file onto the page that shows it: between `<!-- golden: NAME -->` and
//! `<!-- /golden -->` of docs/federation/*.md. A tidy test fails while a page is old.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

const OPEN: &str = "<!-- golden: ";
const CLOSE: &str = "<!-- /golden -->";

/// Rewrites the pages that are not up to date, and names them.
pub(crate) fn run() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let golden = root.join("tests/golden/federation");
    for entry in fs::read_dir(root.join("docs/federation")).context("reading docs/federation")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let old = fs::read_to_string(&path)?;
            let new = fill(&old, |name| Ok(fs::read_to_string(golden.join(name))?))
                .with_context(|| path.display().to_string())?;
            if new != old {
                fs::write(&path, new)?;
                println!("{}", path.display());
            }
        }
    }
    Ok(())
}

/// The page with the text that `golden` gives between each pair of markers.
fn fill(page: &str, golden: impl Fn(&str) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut pieces = page.split(OPEN);
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(" -->").context("a marker without an end")?;
        let (_, rest) = rest.split_once(CLOSE).context("a marker without its twin")?;
        let json = golden(name.trim()).with_context(|| format!("the golden file {name}"))?;
        let json = json.trim();
        write!(filled, "{OPEN}{name} -->\n```json\n{json}\n```\n{CLOSE}{rest}")?;
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_markers_is_replaced_and_nothing_else() {
        let page = "before\n<!-- golden: a.json -->\nold\n<!-- /golden -->\nafter\n";
        let filled = fill(page, |name| Ok(format!("{{\"name\": \"{name}\"}}\n"))).unwrap();
        let shown = "before\n<!-- golden: a.json -->\n```json\n{\"name\": \"a.json\"}\n```\n\
                     <!-- /golden -->\nafter\n";
        assert_eq!(filled, shown);
        assert_eq!(fill(&filled, |_| Ok("{\"name\": \"a.json\"}".into())).unwrap(), shown);
    }

    #[test]
    fn a_marker_without_its_twin_is_an_error() {
        assert!(fill("<!-- golden: a.json -->\n", |_| Ok(String::new())).is_err());
    }
}
