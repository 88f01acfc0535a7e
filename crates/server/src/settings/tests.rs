//! What the settings accept and what they say about what they do not.

use super::*;

fn with(variables: &[(&str, &str)]) -> anyhow::Result<Loaded> {
    let variables = variables
        .iter()
        .map(|(key, value)| {
            let name = key.to_ascii_uppercase().replace('.', "__");
            (format!("CAREFOLK__{name}"), (*value).to_owned())
        })
        .collect();
    load(&Sources { file: None, variables })
}

fn complaint(variables: &[(&str, &str)]) -> String {
    format!("{:#}", with(variables).unwrap_err())
}

#[test]
fn the_defaults_can_be_used_as_they_are() {
    let settings = with(&[]).unwrap().settings;
    assert_eq!(settings.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.instance.url, None);
    assert_eq!(settings.database.url, "sqlite:./data/carefolk.db");
    assert_eq!(settings.federation.mode, Mode::Open);
    assert_eq!(settings.federation.readers, Readers::Anybody);
}

#[test]
fn a_variable_wins_and_a_list_is_a_toml_array() {
    let loaded = with(&[
        ("http.listen", "0.0.0.0:9000"),
        ("http.trusted_proxies", "1"),
        ("instance.url", "https://a.test"),
        ("federation.lab_networks", "[\"10.0.0.0/8\", \"::1\"]"),
        ("federation.require_signed_fetches", "true"),
    ])
    .unwrap();
    assert_eq!(loaded.settings.http.listen.port(), 9000);
    assert_eq!(loaded.settings.local_base_url(), "http://127.0.0.1:9000");
    assert_eq!(loaded.settings.http.trusted_proxies, 1);
    assert_eq!(loaded.settings.federation.lab_networks.len(), 2);
    assert_eq!(loaded.settings.federation.readers, Readers::Signed);
    let listen = loaded.origins.iter().find(|origin| origin.key == "http.listen").unwrap();
    assert_eq!(listen.from, "CAREFOLK__HTTP__LISTEN");
}

#[test]
fn an_unknown_key_is_named_with_what_it_might_have_been() {
    let said = complaint(&[("http.listn", "127.0.0.1:1")]);
    assert!(said.contains("http.listn") && said.contains("http.listen?"), "{said}");
}

#[test]
fn a_value_that_cannot_be_used_is_named_with_its_key() {
    for (key, value) in [
        ("instance.url", "care.example"),
        ("instance.url", "https://care.example/path"),
        ("instance.url", "https://10.0.0.1"),
        ("instance.url", "https://user@care.example"),
        ("instance.url", "http://care.community"),
        ("instance.name", " "),
        ("http.listen", "8080"),
        ("http.trusted_proxies", "10.0.0.1"),
        ("http.trusted_proxies", "[5]"),
        ("http.trusted_proxies", "-1"),
        ("http.trusted_proxies", "10"),
        ("http.trusted_proxies", "1\nother = 1"),
        ("federation.lab_networks", "127.0.0.0/8"),
        ("federation.lab_networks", "[5]"),
        ("federation.lab_networks", "[\"proxy.example\"]"),
        ("database.url", "mysql://localhost/x"),
        ("database.url", "sqlite::memory:"),
        ("database.url", "postgres://localhost"),
        ("storage.path", ""),
        ("federation.mode", "closed"),
        ("federation.require_signed_fetches", "perhaps"),
        ("federation.lab_networks", "[\"127.0.0.0/8\"]"),
        ("log.format", "xml"),
        ("log.level", "loud"),
        ("metrics.listen", "9464"),
        ("process.roles", "[]"),
        ("process.roles", "[\"web\", \"mail\"]"),
        ("process.doors", "0"),
    ] {
        let said = complaint(&[(key, value)]);
        let variable = key.to_ascii_uppercase().replace('.', "__");
        assert!(said.contains(key) || said.contains(&variable), "{key}={value}: {said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn laboratory_networks_need_a_name_that_cannot_be_real() {
    let lab = ("federation.lab_networks", "[\"127.0.0.0/8\"]");
    for url in ["http://a.localhost:8081", "https://a.test", "https://x.example", "https://invalid"]
    {
        assert!(with(&[("instance.url", url), lab]).is_ok(), "{url}");
    }
    for url in ["https://care.community", "https://example.community", "https://testing"] {
        assert!(with(&[("instance.url", url), lab]).is_err(), "{url}");
    }
}

#[test]
fn a_public_address_is_kept_in_one_spelling() {
    let url = with(&[("instance.url", "HTTPS://Care.Example:443/")]).unwrap().settings.instance.url;
    assert_eq!(url.map(|url| url.text).as_deref(), Some("https://care.example"));
    let url = with(&[("instance.url", "http://a.localhost:8081")]).unwrap().settings.instance.url;
    assert_eq!(url.map(|url| url.host).as_deref(), Some("a.localhost:8081"));
}

#[test]
fn a_password_is_never_shown() {
    for url in ["postgres://ann:hunter2@db/care", "postgres://db/care?password=hunter2&user=ann"] {
        let loaded = with(&[("database.url", url)]).unwrap();
        let shown = loaded.origins.iter().find(|origin| origin.key == "database.url").unwrap();
        assert!(!shown.value.contains("hunter2"), "{}", shown.value);
    }
    let said = complaint(&[("database.url", "mysql://ann:hunter2@db/care")]);
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn every_file_in_config_can_be_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
    for name in ["default.toml", "dev.toml", "test.toml", "example.toml"] {
        let loaded = load(&Sources { file: Some(folder.join(name)), variables: Vec::new() });
        assert!(loaded.is_ok(), "{name}: {:#}", loaded.unwrap_err());
    }
}

#[test]
fn numbers_are_told_to_this_machine_alone() {
    for address in ["127.0.0.1:9464", "[::1]:9464", "127.8.0.1:0"] {
        assert!(with(&[("metrics.listen", address)]).unwrap().settings.metrics.is_some());
    }
    for address in ["0.0.0.0:9464", "[::]:9464", "192.168.1.5:9464", "[::ffff:10.0.0.1]:9464"] {
        let said = complaint(&[("metrics.listen", address)]);
        assert!(said.contains("this machine alone"), "{said}");
    }
    assert_eq!(with(&[]).unwrap().settings.metrics, None);
}

#[test]
fn a_process_does_everything_unless_it_is_told_otherwise() {
    let roles = |list: &[(&str, &str)]| with(list).unwrap().settings.process.roles;
    assert!(roles(&[]).are_all());
    let some = roles(&[("process.roles", "[\"jobs\", \"web\"]")]);
    assert!(some.has(Role::Web) && some.has(Role::Jobs));
    assert!(!some.has(Role::Inbox) && !some.has(Role::Delivery) && !some.are_all());
    assert_eq!(some.names(), "web,jobs");
}
