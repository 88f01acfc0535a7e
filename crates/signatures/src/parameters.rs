//! The parameters of a draft-cavage signature header, read strictly.

use crate::SignatureError;

/// Most parameters that are read; the draft knows six.
const MAX_PARAMETERS: usize = 16;

/// The parameters of one signature, as written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters<'a> {
    pub(crate) key_id: Option<&'a str>,
    pub(crate) algorithm: Option<&'a str>,
    pub(crate) created: Option<&'a str>,
    pub(crate) expires: Option<&'a str>,
    pub(crate) headers: Option<&'a str>,
    pub(crate) signature: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    /// Reads `name="value"` pairs (or `name=token`) parted by commas; unknown names are left out.
    ///
    /// # Errors
    /// [`SignatureError::Malformed`] for a name that stands twice in any spelling (one reader takes the first,
    /// another the last), too many parameters, escapes inside quotes, and anything that is not such a list.
    pub(crate) fn parse(text: &'a str) -> Result<Self, SignatureError> {
        let mut parameters = Self::default();
        let mut seen: Vec<&str> = Vec::with_capacity(MAX_PARAMETERS);
        let mut rest = text.trim();
        loop {
            let (name, value, after) = pair(rest)?;
            if seen.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                return Err(SignatureError::Malformed("a signature parameter is given twice"));
            }
            if seen.len() == MAX_PARAMETERS {
                return Err(SignatureError::Malformed("too many signature parameters"));
            }
            seen.push(name);
            parameters.set(name, value);
            rest = after.trim_start();
            if rest.is_empty() {
                return Ok(parameters);
            }
            rest = rest.strip_prefix(',').ok_or(NOT_A_LIST)?.trim_start();
        }
    }

    fn set(&mut self, name: &str, value: &'a str) {
        let slot = match name {
            "keyId" => &mut self.key_id,
            "algorithm" => &mut self.algorithm,
            "created" => &mut self.created,
            "expires" => &mut self.expires,
            "headers" => &mut self.headers,
            "signature" => &mut self.signature,
            _ => return,
        };
        *slot = Some(value);
    }
}

const NOT_A_LIST: SignatureError =
    SignatureError::Malformed("the signature is not a list of parameters");

/// The first name and value of `text`, and what follows them.
fn pair(text: &str) -> Result<(&str, &str, &str), SignatureError> {
    let (name, after) = text.split_once('=').ok_or(NOT_A_LIST)?;
    let name = name.trim_end();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(NOT_A_LIST);
    }
    let after = after.trim_start();
    let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
        quoted.split_once('"').ok_or(NOT_A_LIST)?
    } else {
        let end = after.find([',', ' ', '\t']).unwrap_or(after.len());
        let (value, after) = after.split_at_checked(end).ok_or(NOT_A_LIST)?;
        if value.is_empty() {
            return Err(NOT_A_LIST);
        }
        (value, after)
    };
    if value.contains(['\\', '"']) {
        return Err(NOT_A_LIST);
    }
    Ok((name, value, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_and_bare_values_and_odd_spacing_are_read() {
        let read = Parameters::parse(
            r#"keyId="https://a.example/u,1#k" , created=1402170695,headers="(created) host", signature = "c2ln==" "#,
        )
        .unwrap();

        assert_eq!(read.key_id, Some("https://a.example/u,1#k"));
        assert_eq!(read.created, Some("1402170695"));
        assert_eq!(read.headers, Some("(created) host"));
        assert_eq!(read.signature, Some("c2ln=="));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_malformed() {
        for text in [
            "",
            ",",
            "keyId",
            r#"keyId="a"#,
            r#"keyId="a",keyId="b""#,
            r#"keyId="a",keyid="b""#,
            r#"keyId="a" signature="b""#,
            r#"keyId="a","#,
            r#"keyId="a\"b""#,
            r#"keyId=a"b"#,
            r#""keyId"="a""#,
            "created=",
        ] {
            assert!(
                matches!(Parameters::parse(text), Err(SignatureError::Malformed(_))),
                "{text:?} was read"
            );
        }
    }
}
