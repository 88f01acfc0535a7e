//! host-meta (RFC 6415): where a host answers `WebFinger` queries.
//!
//! It is XML by birth. We read one attribute of one element, and nothing that could grow: no
//! document types, no entities but the five of XML itself.

use serde::Serialize;

/// The media type of an XRD (RFC 6415 § 2).
pub const XRD_MEDIA_TYPE: &str = "application/xrd+xml";

/// The longest document that is read. Real ones have under 1 KiB.
pub const MAX_BYTES: usize = 64 * 1024;

/// The most elements looked at.
const MAX_ELEMENTS: usize = 200;

/// The link relation of a template for descriptions of resources (RFC 6415 § 3.1.1).
const REL_LRDD: &str = "lrdd";

/// The place in a template that the resource takes.
const PLACE: &str = "{uri}";

/// The document of an instance at `base`, as XML.
pub fn to_xrd(base: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"{REL_LRDD}\" type=\"{}\" template=\"{}\"/>\n</XRD>\n",
        crate::webfinger::MEDIA_TYPE,
        escaped(&our_template(base)),
    )
}

/// The same as JSON (RFC 6415, appendix A).
pub fn to_json(base: &str) -> String {
    #[derive(Serialize)]
    struct Meta {
        links: [Link; 1],
    }
    #[derive(Serialize)]
    struct Link {
        rel: &'static str,
        r#type: &'static str,
        template: String,
    }
    let template = our_template(base);
    let link = Link { rel: REL_LRDD, r#type: crate::webfinger::MEDIA_TYPE, template };
    // Only strings: nothing that could fail to be JSON.
    serde_json::to_string(&Meta { links: [link] }).unwrap_or_default()
}

fn our_template(base: &str) -> String {
    format!("{base}/.well-known/webfinger?resource={PLACE}")
}

/// The address to ask about `resource` (already percent-encoded), by the first template of an XRD
/// that has one place for it.
pub fn lookup_url(xrd: &[u8], resource: &str) -> Option<String> {
    let template = template(xrd)?;
    Some(template.replace(PLACE, resource))
}

fn template(xrd: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(xrd).ok().filter(|text| text.len() <= MAX_BYTES)?;
    let text = without_comments(text)?;
    // What declares its own entities, or hides text from a plain reading, is not worth the risk.
    if text.contains("<!") {
        return None;
    }
    let elements = text.split('<').skip(1).take(MAX_ELEMENTS);
    elements.filter_map(link_template).find(|template| template.matches(PLACE).count() == 1)
}

fn without_comments(text: &str) -> Option<String> {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        bare.push_str(before);
        rest = comment.split_once("-->")?.1;
    }
    bare.push_str(rest);
    Some(bare)
}

/// The template of an element, given from behind its `<`, if it is a link to `lrdd`.
fn link_template(element: &str) -> Option<String> {
    let end = element.find(|letter: char| letter.is_ascii_whitespace() || "/>".contains(letter))?;
    let (name, mut rest) = element.split_at_checked(end)?;
    if name.rsplit(':').next() != Some("Link") {
        return None;
    }
    let (mut rel, mut template) = (None, None);
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('/') || rest.starts_with('>') {
            break;
        }
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        match name.trim() {
            "rel" => rel = Some(value),
            "template" => template = Some(value),
            _ => {}
        }
        rest = after;
    }
    if rel != Some(REL_LRDD) {
        return None;
    }
    unescaped(template?)
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        let (name, after) = entity.split_once(';')?;
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(xrd: &str) -> Option<String> {
        lookup_url(xrd.as_bytes(), "acct%3Aann%40v.example")
    }

    #[test]
    fn what_we_serve_we_understand() {
        assert_eq!(
            found(&to_xrd("https://care.example")).as_deref(),
            Some("https://care.example/.well-known/webfinger?resource=acct%3Aann%40v.example")
        );
    }

    #[test]
    fn a_template_is_found_however_it_is_written() {
        for xrd in [
            "<XRD><Link rel='lrdd' template='https://f.v.example/?a=1&amp;r={uri}'/></XRD>",
            "<xrd:XRD><xrd:Link\n template = \"https://f.v.example/?a=1&amp;r={uri}\"\n rel=\"lrdd\" />",
            "<XRD><!-- <Link rel='lrdd' template='https://e.example/{uri}'/> -->\
             <Link rel='author' href='https://v.example/'/><Link rel='lrdd' template='none'/>\
             <Link rel='lrdd' type='x' template='https://f.v.example/?a=1&amp;r={uri}'></Link>",
        ] {
            assert_eq!(
                found(xrd).as_deref(),
                Some("https://f.v.example/?a=1&r=acct%3Aann%40v.example"),
                "{xrd}"
            );
        }
    }

    #[test]
    fn what_is_no_plain_list_of_links_leads_nowhere() {
        let link = "<Link rel='lrdd' template='https://v.example/{uri}'/>";
        for bad in [
            String::new(),
            "<XRD></XRD>".to_owned(),
            format!("<!DOCTYPE x [<!ENTITY a 'b'>]><XRD>{link}</XRD>"),
            format!("<XRD><!-- {link}"),
            "<Links rel='lrdd' template='https://v.example/{uri}'/>".to_owned(),
            "<Link rel='lrdd' template='https://v.example/{uri}/{uri}'/>".to_owned(),
            "<Link rel='lrdd' template='https://v.example/&x;{uri}'/>".to_owned(),
            "<Link rel='lrdd' template=https://v.example/{uri} />".to_owned(),
            format!("{}{link}", "<a/>".repeat(MAX_ELEMENTS)),
            format!("{}{link}", " ".repeat(MAX_BYTES)),
        ] {
            assert_eq!(found(&bad), None, "{}", bad.chars().take(80).collect::<String>());
        }
        assert_eq!(lookup_url(&[0xff, 0xfe], "x"), None);
    }
}
