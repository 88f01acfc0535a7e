//! Every key that a template or a page names has words.

use std::path::{Path, PathBuf};

use carefolk_i18n::{Locale, text};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}

/// The string literals that stand right behind `call`.
fn named<'a>(source: &'a str, call: &str) -> Vec<&'a str> {
    source.split(call).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn no_page_names_a_key_without_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(&root.join("templates"), &mut all);
    files(&root.join("src"), &mut all);
    let mut seen = 0;
    for path in all {
        let source = std::fs::read_to_string(&path).unwrap();
        for call in ["cx.t(\"", "web.t(\"", "cx.with(\"", "web.with(\"", " t(\""] {
            for key in named(&source, call) {
                seen += 1;
                // Whatever a key's words put in may be missing here: then the key comes back only
                // if it has no words at all.
                let args = [
                    "name", "host", "when", "title", "tag", "language", "version", "max", "number",
                    "area",
                ]
                .map(|name| (name, "x".into()));
                let mut args = args.to_vec();
                args.push(("count", 1_u64.into()));
                assert_ne!(text(Locale::Cy, key, &args), key, "{}: {key}", path.display());
            }
        }
    }
    assert!(seen > 150, "only {seen} keys were found: the test has gone blind");
}
