//! Small pictures, drawn for this project. They only repeat what words beside them say.

/// The SVG of an icon; nothing for a name that there is none for.
///
/// Strokes take the colour of the text, so that they follow dark mode and forced colours.
pub(crate) fn icon(name: &str) -> &'static str {
    match name {
        "mark" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20C6.500 16.300 3.500 13 3.500 9.500 3.500 7 5.400 5.200 7.700 5.200c1.900 0 3.300 1 4.300 2.800 1-1.800 2.400-2.800 4.300-2.800 2.300 0 4.200 1.800 4.200 4.300 0 3.500-3 6.800-8.500 10.500z"/><path d="M8 12.500h2.200l1.600-3 1.800 4.500 1.200-1.500H16.500"/></svg>"#
        }
        "pen" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 20l1-4L16 5l3 3L8 19z"/><path d="M14 7l3 3"/></svg>"#
        }
        "talk" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16v11H11l-5 4v-4H4z"/></svg>"#
        }
        "reply" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6l-5 5 5 5"/><path d="M4 11h9a7 7 0 0 1 7 7"/></svg>"#
        }
        "bin" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"/></svg>"#
        }
        "globe" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18"/></svg>"#
        }
        "lock" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/></svg>"#
        }
        "alert" => {
            r#"<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4l9 16H3z"/><path d="M12 10v4M12 17v.1"/></svg>"#
        }
        "scene" => {
            r#"<svg class="scene" viewBox="0 0 240 130" aria-hidden="true"><circle class="c" cx="188" cy="34" r="17"/><path class="b" d="M2 118C34 78 74 66 112 88 146 64 196 60 238 100V118z"/><path class="a" d="M2 128V110C60 92 112 104 150 112 184 104 214 104 238 112V128z"/><path class="e" d="M36 104V74L56 58 76 74V104z"/><path class="d" d="M31 78L56 57 81 78"/><path d="M51 104V89H61V104"/><path class="e" d="M92 106V64L118 44 144 64V106z"/><path class="d" d="M86 69L118 43 150 69"/><path d="M112 106V86H124V106M101 74H109V82H101zM127 74H135V82H127z"/><path class="d" d="M118 66C113 62 111 60 111 57 111 53 116 53 118 57 120 53 125 53 125 57 125 60 123 62 118 66z"/><path class="e" d="M160 108V82L176 69 192 82V108z"/><path class="d" d="M155 86L176 68 197 86"/><path d="M172 108V95H180V108M210 112V92"/><circle class="b" cx="210" cy="84" r="10"/><path d="M20 112V96"/><circle class="b" cx="20" cy="88" r="9"/></svg>"#
        }
        _ => "",
    }
}
