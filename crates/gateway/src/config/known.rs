//! The settings there are, by their names in the file, and what each is called in the environment.

/// Every setting. A setting that is read and does not stand here would be refused in the file; a test holds the two together.
pub const SETTINGS: &[&str] = &[
    "data",
    "public_url",
    "listen",
    "forms",
    "assets",
    "card_max_age",
    "shutdown_notice",
    "allow_private_upstreams",
    "upstream_quiet",
    "allow_private_webhooks",
    "budgets.address_factor",
    "limits.connections",
    "limits.connections_per_address",
    "limits.requests",
    "operator.listen",
    "operator.disk_free_percent",
    "proxies.trusted",
    "proxies.header",
    "store.postgres",
    "store.postgres_file",
    "receipts.s3.endpoint",
    "receipts.s3.region",
    "receipts.s3.bucket",
    "receipts.s3.path_style",
    "receipts.s3.access_key",
    "receipts.s3.access_key_file",
    "receipts.s3.secret_key",
    "receipts.s3.secret_key_file",
    "mail.smtp",
    "mail.smtp_file",
    "mail.from",
    "mail.reply_to",
    "log.format",
    "log.filter",
];

/// The variables that are the gateway's and no setting's.
const OTHER_VARIABLES: [&str; 1] = ["REGCARD_CONFIG"];

/// What a setting is called in the environment: `operator.listen` is `REGCARD_OPERATOR_LISTEN`.
pub fn variable(setting: &str) -> String {
    match setting {
        // Shorter, since it is the one that people type.
        "log.filter" => "REGCARD_LOG".to_owned(),
        _ => by_rule(setting),
    }
}

fn by_rule(setting: &str) -> String {
    format!("REGCARD_{}", setting.replace('.', "_").to_uppercase())
}

/// Whether settings stand below this name.
pub(super) fn is_section(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// The setting that somebody who wrote this probably meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let last = |path: &str| path.rsplit('.').next().map(str::to_owned);
    // The right name in the wrong section; the top level is a section, too.
    let mut moved = SETTINGS.iter().filter(|setting| last(setting) == last(name));
    if let (Some(one), None) = (moved.next(), moved.next()) {
        return Some(one);
    }
    closest(name, SETTINGS.iter().map(|setting| (*setting, (*setting).to_owned())))
}

/// The variable that a misspelt one probably means. Others' variables may begin with the same letters, so one that is like none is left alone.
pub(super) fn nearest_variable(name: &str) -> Option<String> {
    if OTHER_VARIABLES.contains(&name) || SETTINGS.iter().any(|setting| variable(setting) == name) {
        return None;
    }
    // Named by the rule where the gateway's own name is another one.
    if let Some(setting) = SETTINGS.iter().find(|setting| by_rule(setting) == name) {
        return Some(variable(setting));
    }
    let own = |variable: &str| variable.trim_start_matches("REGCARD_").to_owned();
    closest(&own(name), SETTINGS.iter().map(|setting| (*setting, own(&variable(setting))))).map(variable)
}

fn closest(name: &str, among: impl Iterator<Item = (&'static str, String)>) -> Option<&'static str> {
    let far = |text: &str| strsim::damerau_levenshtein(name, text);
    let near = among.map(|(setting, text)| (far(&text), setting)).min()?;
    // A third of the letters: more than that is another word.
    (near.0 <= (name.len() / 3).min(3)).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_what_was_meant_and_another_word_finds_nothing() {
        for (written, meant) in [
            ("publc_url", Some("public_url")),
            ("publicurl", Some("public_url")),
            ("operator.lisen", Some("operator.listen")),
            ("budget.address_factor", Some("budgets.address_factor")),
            ("trusted", Some("proxies.trusted")),
            ("s3.bucket", Some("receipts.s3.bucket")),
            ("colour_of_the_sky", None),
            ("x", None),
        ] {
            assert_eq!(nearest(written), meant, "{written}");
        }
    }

    #[test]
    fn a_variable_that_is_somebody_elses_is_left_alone() {
        assert_eq!(nearest_variable("REGCARD_PUBLC_URL").as_deref(), Some("REGCARD_PUBLIC_URL"));
        assert_eq!(nearest_variable("REGCARD_OPERATOR_LISTN").as_deref(), Some("REGCARD_OPERATOR_LISTEN"));
        assert_eq!(nearest_variable("REGCARD_LOG_FILTER").as_deref(), Some("REGCARD_LOG"));
        for other in
            ["REGCARD_CONFIG", "REGCARD_DATA", "REGCARD_LOG", "REGCARD_SERVICE_HOST", "REGCARD_PORT", "REGCARD_BROWSER", "REGCARD_XTASK"]
        {
            assert_eq!(nearest_variable(other), None, "{other}");
        }
    }
}
